/**
 * What is asked for and sent, in forms that are on no list: queries, user data, uploads, workflows. Each one is refused
 * by the gateway itself, in both spellings, and goes nowhere. Needs Docker.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allowedMethods, ROUTES, spellings } from "../../components/gateway/routes";
import { type Call, errorOf, type Protocol, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { GatewayPod } from "../support/gateway-pod";
import { BOUNDARY, field, file, form, MULTIPART, PNG, part } from "../support/multipart";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

const PROTOCOLS: Protocol[] = ["HTTP/1.1", "HTTP/2"];
type Headers = [string, string][];
type Role = "worker" | "user" | "admin";
const key = (role: Role): Headers => [["X-API-Key", pod.keys[role]]];

describe.each(PROTOCOLS)("a query over %s", (protocol) => {
  const outs = [
    ...["filename=../x", "filename=..%2fx", "filename=%2e%2e/x", "filename=%2E%2e%2Fx", "filename=.%2e%5cx"],
    ...["filename=a.png&subfolder=..", "filename=a.png&subfolder=a/%2e.", "subfolder=..%2f&filename=a.png"],
    ...["filename=/etc/passwd", "filename=%2Fetc%2Fpasswd", "filename=a&filename=..%2fx", "x=..%2f..%2fy"],
    ...["filename=..\\x", "filename=%5c%5chost%5cx", "filename=x%00.png", "filename=x%0d%0aX-A:b.png"],
    ...[
      "filename=a/..",
      "filename=x%7f.png",
      "?filename=../x",
      "&&filename=..%2Fx",
      "filename=a%2f..%2f..%2fb",
    ],
  ];
  // nginx finds the route in the decoded path; what it looks at in the raw target must find it too.
  const paths = ["/view", "/api/view", "/%76iew", "/v%69ew", "/%61pi/view", "/api/vi%65%77"];
  it.each(outs)(
    "that leaves ComfyUI's folders is refused however the path is written: ?%s",
    async (query) => {
      for (const path of paths) {
        await expectRefused(pod, protocol, { target: `${path}?${query}`, headers: key("admin") }, 400);
      }
    },
  );

  it("control: names with dots, slashes and percent signs within are served", async () => {
    for (const query of ["filename=a..b.png", "filename=100%25.png", "subfolder=a/b&filename=.x.png"]) {
      for (const path of ["/view", "/api/%76iew"]) {
        await expectPassed(pod, protocol, { target: `${path}?${query}`, headers: key("worker") });
      }
    }
  });

  it.each([
    ...["/userdata/..%252f..%252fx", "/userdata/%2e%2e%2fx", "/userdata/a%2f%2e%2e%2fb", "/userdata/%2e%2e"],
    ...["/userdata/a%5c..%5cb", "/userdata/C:%5cx", "/userdata/a%00.json", "/userdata/a%0a.json"],
    ...["/userdata/%c0%ae%c0%ae%2fx", "/userdata/..%c0%afx", "/userdata/a%ff%fe"],
    ...["/userdata/x.json%2f..%2fy.js", "/userdata/x.HTML", "/userdata/x%2Ehtml", "/userdata/a%2Fb.xhtml"],
    ...["/userdata/x.svgz", "/userdata/x.xsl", "/userdata/%5F%5Fmanager%2Fx", "/userdata/a%2F__x"],
    ...["/userdata/a.json/move/b.js", "/userdata/a.json/move/..%2fb.json", "/userdata/a.json/move/%2fb.json"],
    ...[
      "/userdata/a.js/move/b.json",
      "/userdata//move/b.json",
      "/userdata/a.json/move/",
      "/userdata/a.json/move",
    ],
    ...["/v2/userdata/x", "/api/v2/userdata/..%2fx", "/userdata;/a.json", "/userdata/a.json;x=.js/.."],
  ])("user data at %s is out of reach", async (target) => {
    for (const method of ["GET", "POST", "DELETE"]) {
      const call = { method, target, headers: key("admin"), ...(method === "POST" && { body: "{}" }) };
      await expectRefused(pod, protocol, call, [400, 404, 405]);
    }
  });
});

it("no method but the table's does anything, on any route, in any spelling", async () => {
  await pod.forget();
  const wrong: string[] = [];
  for (const route of ROUTES) {
    for (const path of spellings(route)) {
      const target = path.replace(/\{\w+:rest\}/g, "a/b.js").replace(/\{[^}]+\}/g, "x1");
      const methods = ["OPTIONS", "PROPFIND", "MKCOL", "COPY", "LOCK", "SEARCH", "PURGE", "get", "X"];
      for (const method of allowedMethods(route).includes("GET") ? methods : [...methods, "HEAD"]) {
        const { status } = await send(pod, "HTTP/2", { method, target, headers: key("admin") });
        if (![400, 404, 405].includes(status)) wrong.push(`${method} ${target}: ${status}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(await pod.hits()).toEqual([]);
}, 120_000);

it("whoever wipes the history or the queue stands in the audit log, and who may not as well", async () => {
  for (const target of ["/history", "/api/history", "/queue", "/api/queue"]) {
    for (const [role, status] of [
      ["admin", 200],
      ["user", 403],
      ["worker", 403],
    ] as const) {
      const mark = pod.auditMark();
      const headers: Headers = [...key(role), ["Content-Type", "application/json"]];
      const reply = await send(pod, "HTTP/2", { method: "POST", target, headers, body: '{"clear":true}' });
      expect(reply.status).toBe(status);
      const lines = (await pod.auditSince(mark, status)).map((line) => JSON.parse(line));
      const route = target.replace(/^.*\//, "");
      expect(lines).toContainEqual(expect.objectContaining({ client: role, method: "POST", route, status }));
    }
  }
});

it("a thousand overlapping ranges give no more than the whole", async () => {
  const whole = await send(pod, "HTTP/2", { target: "/object_info", headers: key("worker") });
  for (const ranges of ["0-,".repeat(1000), "0-9,5-14,".repeat(300), "0-0,2-2,".repeat(300)]) {
    const headers: Headers = [...key("worker"), ["Range", `bytes=${ranges}1-2`]];
    const reply = await send(pod, "HTTP/2", { target: "/object_info", headers });
    expect([200, 206, 400, 416]).toContain(reply.status);
    expect(reply.body.length).toBeLessThan(2 * whole.body.length);
  }
});

describe("an upload", () => {
  const disposition = (text: string, content: Buffer | string = PNG) =>
    part(`Content-Disposition: ${text}\r\nContent-Type: image/png`, content);
  const image = 'form-data; name="image"; filename="x.png"';
  const cases: [what: string, parts: Buffer[]][] = [
    ["a name with a NUL", [file("x.png\0.py")]],
    ["a name with a semicolon", [file("x.png;.py")]],
    ["a name with a percent sign", [file("%2e%2e%2fx.png")]],
    ["a name with a slash", [file("a/x.png")]],
    ["a name with a colon", [file("C:x.png")]],
    ["a name of a stream", [file("x.png::$DATA")]],
    ["a name that turns the writing around", [file("x\u202egnp.png")]],
    ["a name with a zero-width space", [file("x\u200b.png")]],
    ["a name that ends in a space", [file("x.png ")]],
    ["a name that ends in a dot", [file("x.png.")]],
    ["a name with two endings", [file("x.png.svg")]],
    ["a name with a line separator", [file("x\u2028.png")]],
    ["a name that is an ending", [file(".png")]],
    ["a name in a home folder", [file("~root.png")]],
    ["a name that is an option", [file("-rf.png")]],
    ["a name of 300 letters", [file(`${"x".repeat(300)}.png`)]],
    ["a name with a wildcard", [file("*.png")]],
    ["a name with a pipe", [file("|id.png")]],
    ["no name at all", [disposition('form-data; name="image"; filename=""')]],
    ["a name without quotes", [disposition("form-data; name=image; filename=x.png")]],
    ["two names", [disposition(`${image}; filename="y.py"`)]],
    ["a name that is continued", [disposition('form-data; name="image"; filename*0="x."; filename*1="py"')]],
    ["a name in an encoded word", [file("=?utf-8?B?eC5weQ==?=")]],
    ["another disposition", [disposition('attachment; name="image"; filename="x.png"')]],
    ["a field in another case", [disposition('form-data; name="Image"; filename="x.png"')]],
    ["a field as an array", [disposition('form-data; name="image[]"; filename="x.png"')]],
    ["a field that chooses a charset", [file(), field("_charset_", "utf-7")]],
    ["a folded header", [part(`Content-Disposition: form-data;\r\n name="image"; filename="x.png"`, PNG)]],
    ["two dispositions", [part(`Content-Disposition: ${image}\r\nContent-Disposition: ${image}`, PNG)]],
    ["a header nobody needs", [part(`Content-Disposition: ${image}\r\nX-A: b`, PNG)]],
    ["lines that end in LF", [part(`Content-Disposition: ${image}\nContent-Type: image/png`, PNG)]],
    [
      "a part within a part",
      [part(`Content-Disposition: ${image}\r\nContent-Type: multipart/mixed; boundary=i`, PNG)],
    ],
    ["a wrong length", [part(`Content-Disposition: ${image}\r\nContent-Length: 1`, PNG)]],
    ["a hundred parts", [file(), ...Array.from({ length: 100 }, (_, at) => field(`f${at}`, "x"))]],
    ["a subfolder that comes back", [file(), field("subfolder", "a/../..")]],
    ["a subfolder with an empty name", [file(), field("subfolder", "a//b")]],
    ["a subfolder that is here", [file(), field("subfolder", "./a")]],
    ["a subfolder with a backslash", [file(), field("subfolder", "a\\..\\b")]],
    ["a subfolder that is encoded", [file(), field("subfolder", "%2e%2e")]],
    ["a subfolder on a drive", [file(), field("subfolder", "C:")]],
    ["a subfolder with a NUL", [file(), field("subfolder", "a\0b")]],
    [
      "a subfolder that is a file",
      [part('Content-Disposition: form-data; name="subfolder"; filename="x"', "a"), file()],
    ],
    ["input in capitals", [file(), field("type", "INPUT")]],
    ["input and more", [file(), field("type", "input ")]],
    ["no folder's name", [file(), field("type", "")]],
    ["overwriting in capitals", [file(), field("overwrite", "TRUE")]],
    ["overwriting as yes", [file(), field("overwrite", "yes")]],
    [
      "a script that begins as a PNG's first bytes",
      [file("x.png", Buffer.from("\x89PNG<script>", "latin1"))],
    ],
    ["a JPEG named PNG", [file("x.png", Buffer.from("\xff\xd8\xff\xe0", "latin1"))]],
    ["a TIFF", [file("x.tiff", Buffer.from("II*\0"), "image/tiff")]],
    ["an empty file", [file("x.png", Buffer.alloc(0))]],
    ["a pickle", [file("x.pkl", Buffer.from("\x80\x04."), "application/octet-stream")]],
  ];
  it.each(cases)("with %s is refused", async (_, parts) => {
    for (const target of ["/upload/image", "/api/upload/image"]) {
      const headers: Headers = [...key("worker"), ["Content-Type", MULTIPART]];
      const call: Call = { method: "POST", target, headers, body: form(...parts) };
      await expectRefused(pod, "HTTP/2", call, [400, 403]);
    }
  });

  const text = form(file()).toString("latin1");
  const frames: [what: string, body: string, type?: string][] = [
    ["text before the first part", `x\r\n${text}`],
    ["text after the last part", `${text}x`],
    ["no end", text.slice(0, text.lastIndexOf(`--${BOUNDARY}`))],
    ["a longer boundary between", text.replace(`--${BOUNDARY}--`, `--${BOUNDARY}x--`)],
    ["a space after a boundary", text.replace(BOUNDARY, `${BOUNDARY} `)],
    ["lines that end in LF", text.replaceAll("\r\n", "\n")],
    ["nothing", ""],
    ["a boundary with a space", text, 'multipart/form-data; boundary="a b"'],
    ["an empty boundary", text, "multipart/form-data; boundary="],
    ["no boundary", text, "multipart/form-data"],
    ["a boundary that continues", text, `multipart/form-data; boundary*0=${BOUNDARY}; boundary*1=x`],
    ["two types", text, `${MULTIPART}, ${MULTIPART}`],
  ];
  it.each(frames)("framed with %s is refused", async (_, body, type = MULTIPART) => {
    const headers: Headers = [...key("user"), ["Content-Type", type]];
    const call = { method: "POST", target: "/upload/image", headers, body: Buffer.from(body, "latin1") };
    await expectRefused(pod, "HTTP/2", call, [400, 415]);
  });
});

describe("a workflow", () => {
  const submit = (text: string, role: Role = "worker", target = "/prompt"): Call => ({
    method: "POST",
    target,
    headers: [...key(role), ["Content-Type", "application/json"]],
    body: text,
  });
  const around = (more: object, role: Role = "worker") =>
    JSON.stringify({ client_id: `${role}-1`, prompt: {}, ...more });
  const node = (class_type: unknown, inputs: unknown = {}, more = {}) =>
    around({ prompt: { 1: { class_type, inputs, ...more } } });

  const classes = [
    ...[
      "SRLEVAL",
      "srl eval",
      "Srl-Eval",
      "Srl_Eval",
      "ＳｒｌＥｖａｌ",
      "Sr\u0131Eval",
      "S\u00adrlEval",
      "Srl\u2060Eval",
    ],
    ...[
      "SrlEva\u0131",
      "\u202eSrlEval",
      "SrlEv\u0430l",
      "\u0405rlEval",
      "SrlΕval",
      "SrlEval\u0000",
      "SrlEval\ufe0f",
    ],
    ...[
      "FL_C\u043edeNode",
      "FL_CodeN\u03bfde",
      "FL CodeNode",
      "fl_codenode",
      "F\u0332L_CodeNode",
      "FL_CodeNode\n",
    ],
    ...["EvaluateMultiple9", "evaluatemultiple_x", "Evaluate\u200cMultiple1", "𝐒𝐫𝐥𝐄𝐯𝐚𝐥", "ⓈⓡⓛⒺⓥⓐⓛ"],
  ];
  it.each(classes)("with the class %j is a denied one in disguise", async (name) => {
    const reply = await expectRefused(pod, "HTTP/2", submit(node(name)), 403);
    expect(errorOf(reply)?.code).toBe("node_denied");
    await expectRefused(pod, "HTTP/2", submit(node(name), "admin", "/api/prompt"), 403);
  });

  const shapes: [what: string, text: string][] = [
    ["a class that is a number", node(1)],
    ["a class that is null", node(null)],
    ["a class that is an object", node({ SrlEval: 1 })],
    ["an empty class", node("")],
    ["a class of 100 KB", node("x".repeat(100_000))],
    ["inputs that are a list", node("A", [])],
    ["inputs that are text", node("A", '{"a":1}')],
    [
      "a key of an object in a node",
      `{"client_id":"worker-1","prompt":{"1":{"__proto__":{"class_type":"A","inputs":{}}}}}`,
    ],
    [
      "another class in an object's key",
      `{"client_id":"worker-1","prompt":{"1":{"class_type":"A","inputs":{},"__proto__":{"class_type":"SrlEval"}}}}`,
    ],
    ["an object's key around it", `{"client_id":"worker-1","__proto__":{"prompt":{}}}`],
    ["the constructor's key around it", `{"client_id":"worker-1","constructor":{},"prompt":{}}`],
    ["a key nobody knows in a node", node("A", {}, { code: "import os" })],
    ["a workflow as text", around({ prompt: '{"1":{"class_type":"A","inputs":{}}}' })],
    ["a client_id in an array", around({ client_id: ["worker-1"] })],
    ["a client_id in an object", around({ client_id: { $ne: "" } })],
    ["a client_id with a line break", around({ client_id: "a\nb" })],
    ["a client_id of 129 letters", around({ client_id: "a".repeat(129) })],
    ["a client_id that is empty", around({ client_id: "" })],
    ["a client_id that is null", around({ client_id: null })],
    ["a client_id in another alphabet", around({ client_id: "w\u043erker-1" })],
    ["an inner client_id in an array", around({ extra_data: { client_id: ["worker-1"] } })],
    ["an inner client_id that is null", around({ extra_data: { client_id: null } })],
    ["a prompt_id that is a path", around({ prompt_id: "../../x" })],
    ["a prompt_id in capitals", around({ prompt_id: "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11" })],
    ["a prompt_id in braces", around({ prompt_id: "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}" })],
    ["a prompt_id that is a number", around({ prompt_id: 1 })],
    ["targets that are an object", around({ partial_execution_targets: { 1: true } })],
    ["targets that are numbers", around({ partial_execution_targets: [1] })],
    ["a link to an object's key", node("SaveImage", { images: ["__proto__", 0] })],
    ["a link to an inherited name", node("SaveImage", { images: ["toString", 0] })],
    ["two workflows in one body", `${around({})}\n${around({})}`],
    ["a workflow in lines", `${around({})}\u001e`],
    ["a number in octal", '{"client_id":"worker-1","prompt":{"1":{"class_type":"A","inputs":{"x":012}}}}'],
    [
      "a number in hexadecimal",
      '{"client_id":"worker-1","prompt":{"1":{"class_type":"A","inputs":{"x":0x1}}}}',
    ],
    ["a key without quotes", '{client_id:"worker-1",prompt:{}}'],
    ["an escape that is none", '{"client_id":"worker-1","prompt":{"1":{"class_type":"\\x41","inputs":{}}}}'],
    [
      "a key twice, once with a Unicode escape of a letter",
      '{"client_id":"worker-1","prompt":{"1":{"class_type":"A","c\\u006cass_type":"SrlEval","inputs":{}}}}',
    ],
    [
      "a key twice in a deep object",
      node("A", {}).replace('"inputs":{}', '"inputs":{"a":{"b":[{"x":1,"x":2}]}}'),
    ],
  ];
  it.each(shapes)("with %s is refused", async (_, text) => {
    for (const target of ["/prompt", "/api/prompt"]) {
      await expectRefused(pod, "HTTP/2", submit(text, "worker", target), [400, 403]);
    }
  });

  it.each(
    [
      ['"number":"0"', '"number":-1e308', '"number":null', '"number":[]'],
      ['"front":1', '"front":"true"', '"front":null', '"front":{}'],
    ].flat(),
  )("does not jump the queue with %s", async (text) => {
    const reply = await expectRefused(pod, "HTTP/2", submit(around({}).replace(/}$/, `,${text}}`)), 403);
    expect(errorOf(reply)?.code).toBe("queue_jump");
  });

  const files = [
    ...[
      "x.png [output]",
      "x.png [temp]",
      "x.png[output]",
      "x.png [input] [output]",
      "../x.png [input]",
      "a/../../x.png",
    ],
    ...[
      "..\\..\\x.png",
      "C:\\x.png",
      "C:x.png",
      "\\\\host\\share\\x.png",
      "//host/x.png",
      "/dev/stdin",
      "/proc/self/environ",
    ],
    ...[
      "file:///etc/passwd",
      "http://169.254.169.254/latest/meta-data",
      "s3://bucket/x",
      "data://text/plain,x",
    ],
    ...["~/x.png", "~root/x.png", "x\0.png", "x.png\n[output]", "..", "../", "..[input]"],
  ];
  it.each(files)("reads no file named %j", async (image) => {
    const wrapped = { __value__: { __value__: image } };
    for (const value of [image, wrapped, [image]]) {
      const text = node("LoadImage", { image: value });
      const reply = await expectRefused(pod, "HTTP/2", submit(text), 403);
      expect(errorOf(reply)?.code).toBe("file_reference");
    }
  });

  it("control: names that objects have are names like any other, and bytes are forwarded", async () => {
    const text =
      '{"client_id":"__proto__","prompt":{"__proto__":{"class_type":"constructor","inputs":{"toString":["__proto__",0]}}},"extra_data":{"__proto__":{"a":1}}}';
    await expectPassed(pod, "HTTP/2", submit(text));
    const [hit] = await pod.hits();
    expect(Buffer.from(hit?.body ?? "", "base64").toString()).toBe(text);
    const foreign = await expectRefused(pod, "HTTP/2", submit(text, "user"), 403);
    expect(errorOf(foreign)?.code).toBe("foreign_client_id");
  });

  it("with an allow list, names that every object has are not on it", async () => {
    expect(pod.applyAuthorizer(pod.clients(), { allowedNodes: ["KSampler"] }).status).toBe(0);
    try {
      for (const name of [
        "__proto__",
        "constructor",
        "toString",
        "has",
        "size",
        "ksampler",
        "KSampler ",
        "K\u0421ampler",
      ]) {
        const reply = await expectRefused(pod, "HTTP/2", submit(node(name)), 403);
        expect(errorOf(reply)?.code).toBe("node_not_allowed");
      }
      await expectPassed(pod, "HTTP/2", submit(node("KSampler")));
    } finally {
      expect(pod.applyAuthorizer(pod.clients()).status).toBe(0);
    }
  });
});
