/** What a workflow may and may not be when it reaches ComfyUI, by role and in both spellings. Needs Docker. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Call, errorOf, send } from "../support/gateway-client";
import { expectPassed, expectRefused } from "../support/gateway-expect";
import { GatewayPod } from "../support/gateway-pod";

let pod: GatewayPod;
beforeAll(async () => {
  pod = await GatewayPod.start();
}, 300_000);
afterAll(() => pod?.stop());

type Role = "worker" | "user" | "admin";
const SPELLINGS = ["/prompt", "/api/prompt"] as const;

/** ComfyUI's default workflow as a client writes it; the seed is above what a JavaScript number holds. */
const TEXT_TO_IMAGE = `{
  "3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "steps": 20, "cfg": 8.0,
    "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0, "model": ["4", 0], "positive": ["6", 0],
    "negative": ["7", 0], "latent_image": ["5", 0]}},
  "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5-pruned-emaonly.safetensors"}},
  "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512, "batch_size": 1}},
  "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a glass bottle, 100% ../purple", "clip": ["4", 1]}},
  "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "text, watermark", "clip": ["4", 1]}},
  "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
  "9": {"class_type": "SaveImage", "_meta": {"title": "Save"}, "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}}
}`;

function submit(target: string, body: string, role: Role = "worker"): Call {
  const headers: [string, string][] = [
    ["X-API-Key", pod.keys[role]],
    ["Content-Type", "application/json"],
  ];
  return { method: "POST", target, headers, body };
}

/** A submission of these nodes, with more keys around them. */
function body(prompt: unknown, more: Record<string, unknown> = { client_id: "worker-1" }): string {
  return JSON.stringify({ ...more, prompt });
}

const node = (class_type: string, inputs: Record<string, unknown> = {}) => ({ 1: { class_type, inputs } });

describe.each(SPELLINGS)("a workflow at %s", (target) => {
  it.each(["worker", "user", "admin"] as const)(
    "control: the default one of %s passes, byte for byte, seed 2^64-1 and all",
    async (role) => {
      const text = `{"client_id": "${role}-1", "prompt": ${TEXT_TO_IMAGE}, "extra_data": {"extra_pnginfo": {}}}`;
      await expectPassed(pod, "HTTP/1.1", submit(target, text, role));
      const [hit] = await pod.hits();
      expect(Buffer.from(hit?.body ?? "", "base64").toString()).toBe(text);
    },
  );

  it("control: an admin may jump the queue and leave the client_id out", async () => {
    await expectPassed(pod, "HTTP/2", submit(target, body(node("KSampler"), { number: -1 }), "admin"));
    await expectPassed(pod, "HTTP/2", submit(target, body(node("KSampler"), { front: true }), "admin"));
  });

  const refused: [what: string, expected: string, text: string, role?: Role][] = [
    ...[
      "FL_CodeNode",
      "SrlEval",
      "EvaluateMultiple1",
      "ACE_ExpressionEval",
      "BuildColorRangeHSVAdvanced",
    ].map((name): [string, string, string] => [name, "403 node_denied", body(node(name))]),
    ["a denied class of an admin's", "403 node_denied", body(node("FL_CodeNode"), {}), "admin"],
    ["a space after it", "403 node_denied", body(node("SrlEval "))],
    ["a zero-width space in it", "403 node_denied", body(node("Srl\u200bEval"))],
    ["a Cyrillic letter in it", "403 node_denied", body(node("Srl\u0415val"))],
    ["an escaped letter in it", "403 node_denied", body(node("SrlEval")).replace("SrlEval", "Srl\\u0045val")],
    [
      "a denied class after 900 KB",
      "403 node_denied",
      body({ 1: { class_type: "Note", inputs: { text: "x".repeat(900_000) } }, 2: node("FL_CodeNode")[1] }),
    ],
    [
      "the key prompt twice, the good one last",
      "400 duplicate_key",
      `{"client_id":"worker-1","prompt":${JSON.stringify(node("SrlEval"))},"prompt":{}}`,
    ],
    [
      "the key prompt twice, the bad one last",
      "400 duplicate_key",
      `{"client_id":"worker-1","prompt":{},"prompt":${JSON.stringify(node("SrlEval"))}}`,
    ],
    [
      "the key prompt twice, once escaped",
      "400 duplicate_key",
      `{"client_id":"worker-1","prompt":{},"\\u0070rompt":${JSON.stringify(node("SrlEval"))}}`,
    ],
    [
      "class_type twice",
      "400 duplicate_key",
      '{"client_id":"worker-1","prompt":{"1":{"class_type":"KSampler","class_type":"SrlEval","inputs":{}}}}',
    ],
    ["no inputs", "400 invalid_node", body({ 1: { class_type: "KSampler" } })],
    ["an unknown key", "400 unknown_key", body({}, { client_id: "worker-1", hidden: 1 })],
    ["no client_id", "400 client_id_missing", body({}, {})],
    ["a client_id that is a list", "400 invalid_client_id", body({}, { client_id: ["worker-1"] })],
    [
      "another client_id inside",
      "400 invalid_client_id",
      body({}, { client_id: "worker-1", extra_data: { client_id: "victim" } }),
    ],
    ["a number", "403 queue_jump", body({}, { client_id: "worker-1", number: 0 })],
    ["front, for a user", "403 queue_jump", body({}, { client_id: "user-1", front: true }), "user"],
    ["extra_data that is text", "400 invalid_shape", body({}, { client_id: "worker-1", extra_data: "x" })],
    ["extra_data that is a list", "400 invalid_shape", body({}, { extra_data: [] }), "admin"],
    ["extra_data that is null", "400 invalid_shape", body({}, { extra_data: null }), "admin"],
    ["a link to a missing node", "400 missing_node", body(node("SaveImage", { images: ["99", 0] }))],
    [
      "a missing node, for an admin",
      "400 missing_node",
      body(node("SaveImage", { images: ["99", 0] }), {}),
      "admin",
    ],
    [
      "a missing node in an input that no class has",
      "400 missing_node",
      body(node("SaveImage", { surplus: ["99", 0] })),
    ],
    [
      "a missing node with true as its output",
      "400 missing_node",
      body(node("SaveImage", { images: ["99", true] })),
    ],
    [
      "a missing node in a wrapper",
      "400 missing_node",
      body(node("SaveImage", { images: { __value__: ["99", 0] } })),
    ],
    ["a node every object has", "400 missing_node", body(node("SaveImage", { images: ["constructor", 0] }))],
    ...[
      "../../etc/passwd [output]",
      "/etc/passwd",
      "..\\x.png",
      "a\0.png",
      "x.png [output]",
      "x.png[temp]",
      "~/x.png",
    ].map((image): [string, string, string] => [
      `LoadImage of ${JSON.stringify(image)}`,
      "403 file_reference",
      body(node("LoadImage", { image })),
    ]),
    [
      "LoadImage of a link",
      "403 file_reference",
      body({ ...node("LoadImage", { image: ["2", 0] }), 2: { class_type: "Text", inputs: {} } }),
    ],
    [
      "a prefix that leaves its folder",
      "403 file_reference",
      body(node("SaveImage", { filename_prefix: "../custom_nodes/x" })),
    ],
  ];
  it.each(refused)("%s is %s", async (_, expected, text, role = "worker") => {
    const mark = pod.auditMark();
    const [status, code] = expected.split(" ");
    const reply = await expectRefused(pod, "HTTP/2", submit(target, text, role), Number(status));
    expect(errorOf(reply)?.code).toBe(code);
    const lines = await pod.auditSince(mark, Number(status));
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ route: "prompt", client: role, verdict: code });
  });
});

it("further denied and allowed nodes come with the configuration, for everybody, admins too", async () => {
  const outcomes = async (role: Role, text: string) => {
    const reply = await send(pod, "HTTP/2", submit("/api/prompt", text, role));
    return errorOf(reply)?.code ?? reply.status;
  };
  const custom = { deniedNodes: ["LoadLoRA*"], allowedNodes: ["KSampler", "LoadLoRAModel", "SrlEval"] };
  expect(pod.applyAuthorizer(pod.clients(), custom).status).toBe(0);
  for (const role of ["worker", "admin"] as const) {
    const own = { client_id: `${role}-1` };
    expect(await outcomes(role, body(node("KSampler"), own))).toBe(200);
    expect(await outcomes(role, body(node("SaveImage"), own))).toBe("node_not_allowed");
    expect(await outcomes(role, body(node("LoadLoRAModel"), own))).toBe("node_denied");
    expect(await outcomes(role, body(node("SrlEval"), own))).toBe("node_denied");
  }
  expect(pod.applyAuthorizer(pod.clients()).status).toBe(0);
  expect(await outcomes("worker", body(node("SaveImage")))).toBe(200);
});
