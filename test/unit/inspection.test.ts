import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeniedNames } from "../../components/gateway/authorizer/inspection/class-names";
import { DENIED_CLASSES } from "../../components/gateway/authorizer/inspection/denied-classes";
import { checkEnvelope, submittedClientId } from "../../components/gateway/authorizer/inspection/envelope";
import { scanJson } from "../../components/gateway/authorizer/inspection/json-scan";
import type { Submission } from "../../components/gateway/authorizer/inspection/submission";
import { type NodePolicy, workflowCheck } from "../../components/gateway/authorizer/inspection/workflow";
import type { Principal } from "../../components/gateway/authorizer/principal";
import type { Role } from "../../components/gateway/routes";

const UUID = "7f0b5c1e-6a43-4f4e-9d6e-0d9f3f7a2b11";

/** ComfyUI's default workflow. The seed is above what a JavaScript number holds. */
const TEXT_TO_IMAGE = `{
  "3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "steps": 20, "cfg": 8.0,
    "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0],
    "negative": ["7", 0], "latent_image": ["5", 0]}},
  "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "SD1.5/v1-5-pruned-emaonly.safetensors"}},
  "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512, "batch_size": 1}},
  "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a glass bottle, a../b and even ../c", "clip": ["4", 1]}},
  "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "text, watermark [output]", "clip": ["4", 1]}},
  "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
  "9": {"class_type": "SaveImage", "_meta": {"title": "Save"},
    "inputs": {"filename_prefix": "jobs/%date:yyyy-MM-dd%/ComfyUI_%width%", "images": ["8", 0]}}
}`;

function principal(role: Role): Principal {
  return { client: "c", tenant: "t", role, method: "apiKey" };
}

function submission(body: Record<string, unknown>): Submission {
  return { body, prompt: body.prompt as Submission["prompt"] };
}

function envelope(extra: Record<string, unknown>, role: Role = "worker") {
  const result = checkEnvelope(submission({ prompt: {}, client_id: UUID, ...extra }), principal(role));
  return result && `${result.status} ${result.code}`;
}

function workflow(prompt: unknown, role: Role = "worker", policy?: NodePolicy) {
  return workflowCheck(policy)({ body: {}, prompt: prompt as Submission["prompt"] }, principal(role));
}

function node(class_type: string, inputs: Record<string, unknown> = {}, role: Role = "worker") {
  const others = {
    "5": { class_type: "VAEDecode", inputs: {} },
    "8": { class_type: "VAEDecode", inputs: {} },
  };
  const result = workflow({ "1": { class_type, inputs }, ...others }, role);
  return result && `${result.status} ${result.code}`;
}

describe("the default workflow", () => {
  it.each(["worker", "user", "admin"] as const)("passes for %s, seed above 2^53 and all", (role) => {
    const prompt = JSON.parse(TEXT_TO_IMAGE);
    expect(workflow(prompt, role)).toBeUndefined();
    expect(checkEnvelope(submission({ prompt, client_id: UUID }), principal(role))).toBeUndefined();
    expect(scanJson(Buffer.from(TEXT_TO_IMAGE))).toBeUndefined();
  });
});

describe("envelope", () => {
  const allowed: [string, Record<string, unknown>, Role?][] = [
    ["a UUID of its own", { prompt_id: UUID }],
    ["extra data", { extra_data: { extra_pnginfo: { workflow: { nodes: [] } }, client_id: UUID } }],
    ["targets", { partial_execution_targets: ["9"] }],
    ["no targets", { partial_execution_targets: null }],
    ["front, when it is false", { front: false }],
    ["a client id without dashes", { client_id: "a".repeat(32) }],
    ["the queue's head, for an admin", { front: true, number: -1 }, "admin"],
    ["no client id, for an admin", { client_id: undefined }, "admin"],
  ];
  it.each(allowed)("allows %s", (_, extra, role) => expect(envelope(extra, role)).toBeUndefined());

  const refused: [string, string, Record<string, unknown>, Role?][] = [
    ["number", "403 queue_jump", { number: 0 }],
    ["number of null", "403 queue_jump", { number: null }, "user"],
    ["front", "403 queue_jump", { front: true }, "user"],
    ["front as text", "403 queue_jump", { front: "false" }],
    ["no client id", "400 client_id_missing", { client_id: undefined }],
    ["an empty client id", "400 invalid_client_id", { client_id: "" }],
    ["a client id of null", "400 invalid_client_id", { client_id: null }],
    ["a client id that is a number", "400 invalid_client_id", { client_id: 7 }],
    ["a client id with a line break", "400 invalid_client_id", { client_id: "a\n" }],
    ["a long client id", "400 invalid_client_id", { client_id: "a".repeat(129) }, "admin"],
    ["another client id inside", "400 invalid_client_id", { extra_data: { client_id: "victim" } }],
    [
      "only the one inside",
      "400 invalid_client_id",
      { client_id: undefined, extra_data: { client_id: "v" } },
      "admin",
    ],
    ["a prompt id that is no UUID", "400 invalid_prompt_id", { prompt_id: "../x" }],
    ["a prompt id that is a number", "400 invalid_prompt_id", { prompt_id: 1 }],
    ["extra data that is a list", "400 invalid_shape", { extra_data: [] }],
    ["targets that are no ids", "400 invalid_shape", { partial_execution_targets: [9] }],
    ["an unknown key", "400 unknown_key", { workflow_api: {} }, "admin"],
    ["__proto__", "400 unknown_key", JSON.parse('{"__proto__": {"client_id": "x"}}')],
  ];
  it.each(refused)("refuses %s", (_, outcome, extra, role) => {
    // A spread would set the prototype instead of the key.
    if (Object.hasOwn(extra, "__proto__")) {
      const result = checkEnvelope(submission(extra), principal("worker"));
      expect(result && `${result.status} ${result.code}`).toBe(outcome);
    } else expect(envelope(extra, role)).toBe(outcome);
  });

  it("tells whose events the prompt feeds", () => {
    expect(submittedClientId(submission({ prompt: {}, client_id: UUID }))).toBe(UUID);
    expect(submittedClientId(submission({ prompt: {} }))).toBeUndefined();
  });
});

describe("node shape", () => {
  it.each([
    ["null", null],
    ["a list", []],
    ["no class_type", { inputs: {} }],
    ["a class_type that is a list", { class_type: ["KSampler"], inputs: {} }],
    ["an empty class_type", { class_type: "", inputs: {} }],
    ["a very long class_type", { class_type: "K".repeat(201), inputs: {} }],
    ["no inputs", { class_type: "KSampler" }],
    ["inputs that are a list", { class_type: "KSampler", inputs: [] }],
    ["an unknown key", { class_type: "KSampler", inputs: {}, override_display_id: "1" }],
  ])("refuses %s", (_, value) =>
    expect(workflow({ "1": value })).toMatchObject({ status: 400, code: "invalid_node" }),
  );

  it("counts nodes", () => {
    const many = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, id) => [id, { class_type: "VAEDecode", inputs: {} }]),
      );
    expect(workflow(many(10_000))).toBeUndefined();
    expect(workflow(many(10_001))).toMatchObject({ status: 400, code: "too_many_nodes" });
  });
});

describe("denied classes", () => {
  it.each(DENIED_CLASSES.map(({ name }) => name.replace("*", "7")))("denies %s to everybody", (name) => {
    for (const role of ["worker", "user", "admin"] as const)
      expect(node(name, {}, role)).toBe("403 node_denied");
  });

  const disguises = [
    "fl_codenode",
    "FL_CodeNode ",
    " FL_CodeNode",
    "FL_CodeNode\u00a0",
    "FL_CodeNode\t\n",
    "FL\u200b_Code\u200dNode",
    "\ufeffFL_CodeNode",
    "FL_Code\u00adNode",
    "FL_Code\u202eNode",
    "FL-CodeNode",
    "FL_C\u043edeNode",
    "FL_\u0421\u043ed\u0435N\u043ed\u0435",
    "\uff26\uff2c\uff3f\uff23\uff4f\uff44\uff45\uff2e\uff4f\uff44\uff45",
    "FL_C\u00f6deNode",
    "FL_Co\u0301deNode",
    "\ud835\udc05\ud835\udc0b_CodeNode",
    "FL_CodeN\u03bfde",
    "FL_CodeNo\u0501e",
    "FL_C0deNode",
    "SrIEval",
    "Srl\u0415val",
    "\u0405rl\u0415v\u0430l",
    "SRL\u2003EVAL",
    "EvaluateMultiple\u200b9",
    "evaluatemultiple",
    "Ev\u0430luateMultiple12",
    "ACE_ExpressionEval\u200d",
    "ACE ExpressionEval",
    "BuildColorRangeHSV\u0391dvanced",
    "\u13ac\u03bd\u0430luateMultiple3",
    "KY_\u1d07val_Python",
    "Srl\u025bval",
    "\u025bvaluateMultiple\u0292",
    "\ud83d\udc7e Evaluate Anything",
  ];
  it.each(disguises)("sees through %j", (name) => expect(node(name)).toBe("403 node_denied"));

  it.each([
    "KSampler",
    "LoadImage",
    "Evaluate Integers",
    "MathExpression|pysssss",
    "PreviewAny",
    "保存图像节点",
    "Скрипт",
    "жжжжжж",
    "жжжжжжжжжжжжжжжжжжжж",
    "表达式Eval",
    "FL_ImageCrop",
    "ACE_Seed",
    "__proto__",
    "constructor",
    "?????",
    "????",
  ])("leaves %s alone", (name) => expect(node(name)).toBeUndefined());

  it("names node and class, without the client's long text", () => {
    const message = workflow({
      ["i".repeat(500)]: { class_type: `FL_CodeNode${" ".repeat(150)}`, inputs: {} },
    })?.message;
    expect(message).toMatch(/^Node "i{17}\.\.\." \("FL_CodeNode +\.\.\."\) is not allowed: it runs Python/);
    expect(message?.length).toBeLessThan(160);
    expect(workflow({ '"\u0007é': { class_type: "SrlEval", inputs: {} } })?.message).toContain(
      'Node "???" ("SrlEval")',
    );
  });

  it("adds the operator's own, by name and by beginning", () => {
    const policy = { deniedNodes: ["Evaluate Integers", "VHS_*"] };
    expect(workflow({ "1": { class_type: "evaluate-integers", inputs: {} } }, "admin", policy)?.status).toBe(
      403,
    );
    expect(workflow({ "1": { class_type: "VHS_LoadVideoPath", inputs: {} } }, "worker", policy)?.status).toBe(
      403,
    );
    expect(workflow({ "1": { class_type: "KSampler", inputs: {} } }, "worker", policy)).toBeUndefined();
  });

  it("with an allow list, allows nothing else, and no denied class", () => {
    const policy = { allowedNodes: ["KSampler", "FL_CodeNode"] };
    const outcome = (class_type: string) =>
      workflow({ "1": { class_type, inputs: {} } }, "admin", policy)?.code;
    expect(outcome("KSampler")).toBeUndefined();
    expect(outcome("ksampler")).toBe("node_not_allowed");
    expect(outcome("KSampler ")).toBe("node_not_allowed");
    expect(outcome("VAEDecode")).toBe("node_not_allowed");
    expect(outcome("FL_CodeNode")).toBe("node_denied");
  });

  it("finds every denied class, whatever is strewn into its name", () => {
    const names = new DeniedNames();
    const noise = fc.constantFrom(
      "\u200b",
      "\u200d",
      "\ufeff",
      " ",
      "_",
      "-",
      "\u0301",
      "\u00ad",
      "\u2060",
      "😀",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...DENIED_CLASSES),
        fc.array(fc.tuple(fc.nat(40), noise), { maxLength: 6 }),
        fc.infiniteStream(fc.boolean()),
        ({ name }, strewn, cases) => {
          const letters = [...name.replace("*", "")].map((letter) =>
            cases.next().value ? letter.toUpperCase() : letter.toLowerCase(),
          );
          for (const [position, character] of strewn) letters.splice(position, 0, character);
          return names.find(letters.join("")) !== undefined;
        },
      ),
    );
  });
});

describe("links", () => {
  it.each([
    [["99", 0], "400 missing_node"],
    [["99", 0.5], "400 missing_node"],
    [["99", false], "400 missing_node"],
    [{ __value__: ["99", 0] }, "400 missing_node"],
    [{ __value__: { __value__: ["99", 0] } }, "400 missing_node"],
    [["__proto__", 0], "400 missing_node"],
    [["5", 0], undefined],
    [["99"], undefined],
    [["99", "0"], undefined],
    [["99", 0, 0], undefined],
    [{ curve: ["linear", 0] }, undefined],
  ])("%j in any input: %s", (value, expected) => {
    expect(node("SaveImage", { surplus: value }, "admin")).toBe(expected);
  });
});

describe("file references", () => {
  const refused: [string, string, unknown, Role?][] = [
    ["LoadImage", "image", "../../etc/x [output]"],
    ["LoadImage", "image", "../x.png"],
    ["LoadImage", "image", "../x.png", "admin"],
    ["LoadImage", "image", "a/../../x.png"],
    ["LoadImage", "image", ".."],
    ["LoadImage", "image", "..x[input]"],
    ["LoadImage", "image", "a/..\u0001[input]"],
    ["LoadImage", "image", "/etc/passwd"],
    ["LoadImage", "image", "/etc/passwd [input]", "admin"],
    ["LoadImage", "image", "..\\..\\x.png"],
    ["LoadImage", "image", "\\\\host\\share\\x.png"],
    ["LoadImage", "image", "C:\\x.png"],
    ["LoadImage", "image", "c:x.png"],
    ["LoadImage", "image", "~/x.png"],
    ["LoadImage", "image", "file:///etc/passwd"],
    ["LoadImage", "image", "http://169.254.169.254/x.png"],
    ["LoadImage", "image", "x.png\0.jpg"],
    ["LoadImage", "image", "x.png [output]"],
    ["LoadImage", "image", "x.png [temp]", "user"],
    ["LoadImage", "image", "x.png[output]"],
    ["LoadImage", "image", "x.png/[output]", "admin"],
    ["LoadImage", "image", ["5", 0]],
    ["LoadImage", "image", { __value__: "../x.png" }],
    ["LoadImage", "image", { __value__: { __value__: "../x.png" } }],
    ["LoadImage", "image", { __value__: ["5", 0] }],
    ["LoadImage", "image", ["a.png", "../b.png"]],
    ["LoadImageMask", "image", "../x.png"],
    ["LoadImageOutput", "image", "x.png [output]", "user"],
    ["LoadAudio", "audio", "../x.wav"],
    ["RecordAudio", "audio", "/x.wav"],
    ["LoadVideo", "file", "../x.mp4"],
    ["LoadLatent", "latent", "../x.latent"],
    ["WebcamCapture", "image", "webcam/1.png [temp]"],
    ["Load3D", "model_file", "3d/../../x.glb"],
    ["Load3D", "image", { image: "a.png", mask: "../m.png" }],
    ["Load3D", "image", { image: "a.png", recording: "/etc/x" }],
    ["LoadImageSetNode", "images", { __value__: ["a.png", "../b.png"] }],
    ["LoadImageSetFromFolderNode", "folder", "../output"],
    ["LoadImageTextSetFromFolderNode", "folder", "/"],
    ["SaveTrainingDataset", "folder_name", ".."],
    ["LossGraphNode", "filename_prefix", "../../custom_nodes/x"],
    ["LossGraphNode", "filename_prefix", ["5", 0]],
    ["SaveImage", "filename_prefix", "../x"],
    ["SaveImage", "filename_prefix", "a/../../x"],
    ["SaveImage", "filename_prefix", "/tmp/x"],
    ["SaveImage", "filename_prefix", "a\\..\\x"],
    ["SaveImage", "filename_prefix", "%2e%2e/x"],
    ["SaveImage", "filename_prefix", "a%2Fb", "user"],
    ["SaveImage", "filename_prefix", "a%00"],
    ["SaveImage", "filename_prefix", { __value__: "../x" }, "admin"],
    ["SaveLoRANode", "prefix", "../x"],
    ["VHS_VideoCombine", "filename_prefix", "../x"],
    ["VHS_LoadVideoPath", "video", "/data/video.mp4"],
    ["SomeLoader", "image_path", "/data/x.png"],
    ["SomeLoader", "file_path", "~/x"],
    ["SomeLoader", "file_path", { __value__: "/elsewhere/x.png" }],
    ["SomeLoader", "image", "x.png [temp]"],
    ["SomeLoader", "whatever", "x.png [output]"],
    ["SomeLoader", "widget", { path: "/data/x" }],
    ["SomeLoader", "widget", [{ deep: [{ more: "x/../../y" }] }]],
    ["PrimitiveString", "value", "../../etc/passwd"],
    ["PrimitiveString", "value", "/etc/passwd", "user"],
    ["PrimitiveString", "value", "/proc/self/environ"],
    ["PrimitiveString", "value", "file:///etc/passwd"],
    ["CLIPTextEncode", "text", "a\0b"],
  ];
  it.each(refused)("refuses %s.%s = %j (%s)", (classType, input, value, role) =>
    expect(node(classType, { [input]: value }, role)).toBe("403 file_reference"),
  );

  const allowed: [string, string, unknown, Role?][] = [
    ["LoadImage", "image", "x.png"],
    ["LoadImage", "image", "clipspace/a b (1).png [input]"],
    ["LoadImage", "image", "a..b..png"],
    ["LoadImage", "image", "..x/y...png"],
    ["LoadImage", "image", "x.png [output]", "admin"],
    ["LoadImage", "image", ["5", 0], "admin"],
    ["LoadImageMask", "channel", "alpha"],
    ["Load3D", "image", { image: "3d/a.png", mask: "3d/m.png", recording: "", camera_info: null }],
    ["Load3D", "width", 1024],
    ["SaveImage", "filename_prefix", "2024..11/x"],
    ["SaveImage", "filename_prefix", "%year%-%month%/100%"],
    ["SaveImage", "filename_prefix", ["5", 0]],
    ["SaveImage", "images", ["8", 0]],
    ["CheckpointLoaderSimple", "ckpt_name", "SDXL\\base.safetensors"],
    ["LoraLoader", "lora_name", "styles/x.safetensors"],
    ["CLIPTextEncode", "text", "see ../../etc/passwd [output]"],
    ["CLIPTextEncode", "text", "/etc/passwd"],
    ["TextEncodeQwenImageEdit", "prompt", "../x"],
    ["PrimitiveStringMultiline", "value", "a../b, c /.. d, and so on..."],
    ["PrimitiveString", "value", "/imagine a cat"],
    ["PrimitiveString", "value", "a cat [output]"],
    ["SomeLoader", "image", "/9j/4AAQSkZJRgABAQAAAQABAAD"],
    ["SomeLoader", "file_path", "sub/x.png"],
    ["SomeLoader", "file_path", "/data/x.png", "admin"],
    ["SomeLoader", "url", "https://host/a/b?c=[d]"],
    ["SomeNode", "flag", true],
    ["SomeNode", "nothing", null],
    ["Power Lora Loader (rgthree)", "lora_1", { on: true, lora: "a/b.safetensors", strength: 0.8 }],
  ];
  it.each(allowed)("allows %s.%s = %j (%s)", (classType, input, value, role) =>
    expect(node(classType, { [input]: value }, role)).toBeUndefined(),
  );

  it("lets no reference through that leaves the folder when ComfyUI joins it", () => {
    const piece = fc.constantFrom("..", ".", "a", "", "x.png", " [input]", "[input]", " [output]", "~", "\\");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.constantFrom("/", "", "\\"), (pieces, separator) => {
        const value = pieces.join(separator);
        const path = /\[output\]$/.test(value)
          ? value.slice(0, -9)
          : /\[input\]$/.test(value)
            ? value.slice(0, -8)
            : value;
        const leaves =
          path.startsWith("/") || path.split(/[/\\]/).includes("..") || /\[output\]$/.test(value);
        return !leaves || node("LoadImage", { image: value }) === "403 file_reference";
      }),
      { numRuns: 2000 },
    );
  });

  it("bears nesting without recursion", () => {
    let value: unknown = "../x";
    for (let depth = 0; depth < 100_000; depth++) value = [value];
    expect(node("SomeNode", { deep: value })).toBe("403 file_reference");
  });
});

/** A key that some object in the JSON has twice, whether spelt the same or not. */
function duplicateKey(json: string): string | undefined {
  const fault = scanJson(Buffer.from(json));
  return fault?.kind === "duplicate-key" ? fault.key : undefined;
}

describe("JSON scan", () => {
  it.each([
    ["bad then good", '{"prompt":{"1":{"class_type":"SrlEval"}},"prompt":{}}'],
    ["good then bad", '{"prompt":{},"prompt":{"1":{"class_type":"SrlEval"}}}'],
    ["escaped", '{"prompt":1,"\\u0070rompt":2}'],
    ["escaped first", '{"\\u0070rompt":1,"prompt":2}'],
    ["escaped twice", '{"\\u0070rompt":1,"p\\u0072ompt":2}'],
    ["deep", '{"a":[[{"b":{"c":[1,{"x":1,"y":2,"x":3}]}}]]}'],
    ["with spaces before the colon", '{"a" \n:1, "a"\t:2}'],
    ["empty keys", '{"":1,"":2}'],
    ["after a nested object", '{"a":{"b":1},"c":[{"d":1}],"a":2}'],
    ["beyond ASCII", '{"ключ":1,"\\u043aлюч":2}'],
    ["a pair and its escapes", '{"😀":1,"\\ud83d\\ude00":2}'],
    ["among many", `{${Array.from({ length: 500 }, (_, key) => `"k${key}":0`).join()},"k7":1}`],
  ])("finds a key that is there twice: %s", (_, text) => expect(duplicateKey(text)).toBeTypeOf("string"));

  it.each([
    '{"a":"a","b":"a"}',
    '[{"a":1},{"a":1}]',
    '{"a":{"a":{"a":["a","a"]}}}',
    '{"a\\"":1,"a":2,"\\\\":3,"\\\\\\\\":4}',
    '{"s":"\\"a\\":1,\\"a\\":2"}',
    '["a","a"]',
    '"a"',
    "",
    '{"s":"\\ud83d\\ude00"}',
    '{"s":"\\\\ud800"}',
    '{"A":1,"a":2}',
  ])("finds none in %s", (text) => expect(scanJson(Buffer.from(text))).toBeUndefined());

  it.each(['{"s":"\\ud800"}', '{"s":"x\\uDFFFx"}', '{"\\ud83d":1}', '["\\ude00\\ud83d"]'])(
    "finds half a surrogate pair in %s",
    (text) => expect(scanJson(Buffer.from(text))).toEqual({ kind: "lone-surrogate" }),
  );

  it("counts levels", () => {
    const nested = (levels: number) => Buffer.from("[".repeat(levels) + "]".repeat(levels));
    expect(scanJson(nested(1000))).toBeUndefined();
    expect(scanJson(nested(1001))).toEqual({ kind: "nesting" });
    expect(scanJson(Buffer.from('{"a":'.repeat(1001)))).toEqual({ kind: "nesting" });
    expect(scanJson(Buffer.from("[".repeat(5_000_000)))).toEqual({ kind: "nesting" });
    expect(scanJson(Buffer.from(`["${"[".repeat(2000)}"]`))).toBeUndefined();
  });

  const many = Array.from({ length: 40 }, (_, id) => `"${id}":{}`).join();
  it.each([
    ["digits and an escape of them", '{"1":1,"\\u0031":2}', "1"],
    ["an id of many", `{${many},"39":{}}`, "39"],
    ["an id of many, escaped", `{${many},"3\\u0039":{}}`, "39"],
    ["an id of many, escaped first", `{"\\u0037":{},${many}}`, "7"],
    ["long digits", `{${many},"1234567890123":1,"1234567890123":2}`, "1234567890123"],
    ["a text of many", `{${many},"a":1,"a":2}`, "a"],
  ])("finds %s that are there twice", (_, text, key) => expect(duplicateKey(text)).toBe(key));

  it.each(["01", "00", "1.0", "+1", "-1", "1e0", " 1", "1 ", "", "999999999", "1000000000", "4294967297"])(
    "takes the key %j for none of the numbers 0 to 39",
    (key) => {
      expect(duplicateKey(`{${many},${JSON.stringify(key)}:1}`)).toBeUndefined();
      expect(duplicateKey(`{${JSON.stringify(key)}:1,${many}}`)).toBeUndefined();
    },
  );

  it("agrees with the parser on what is there twice", () => {
    const key = fc.constantFrom(
      "a",
      "b",
      "\\u0061",
      "",
      "é",
      "\\u00e9",
      "a\\n",
      "aa",
      "1",
      "\\u0031",
      "01",
      "12",
    );
    const { json } = fc.letrec<{ json: { text: string; keys: number } }>((tie) => ({
      json: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom("1", '"a"', '"\\\\"', '"\\""', "null").map((text) => ({ text, keys: 0 })),
        fc.array(tie("json"), { maxLength: 3 }).map((items) => ({
          text: `[${items.map(({ text }) => text).join(" , ")}]`,
          keys: items.reduce((sum, { keys }) => sum + keys, 0),
        })),
        fc.array(fc.tuple(key, tie("json")), { maxLength: 4 }).map((members) => ({
          text: `{${members.map(([name, { text }]) => `"${name}" : ${text}`).join(",")}}`,
          keys: members.reduce((sum, [, { keys }]) => sum + keys + 1, 0),
        })),
      ),
    }));
    const count = (value: unknown): number =>
      typeof value !== "object" || value === null
        ? 0
        : Object.values(value).reduce<number>(
            (sum, entry) => sum + count(entry),
            Array.isArray(value) ? 0 : Object.keys(value).length,
          );
    fc.assert(
      fc.property(
        json,
        ({ text, keys }) => (duplicateKey(text) !== undefined) === count(JSON.parse(text)) < keys,
      ),
      { numRuns: 1500 },
    );
  });

  it("comes to an end, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ud8a'), maxLength: 60 }), (text) => {
        scanJson(Buffer.from(text));
      }),
    );
  });
});
