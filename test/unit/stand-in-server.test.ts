/**
 * The stand-in over real sockets. It proves that its API behaves as ComfyUI's 0.3.64 was read to behave; it does not
 * prove that ComfyUI has not changed since.
 */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createStandIn, STAND_IN_ROUTES, type StandIn } from "../../components/comfyui/stand-in";
import { solid } from "../../components/comfyui/stand-in/picture";
import { decodePng, pngBytes, textEntries } from "../../components/comfyui/stand-in/png";

const MAX_SEED = "18446744073709551615";

interface Message {
  type: string;
  data: Record<string, unknown>;
}

/** ComfyUI's default text-to-image workflow, as text so that a seed above 2^53 survives. */
function textToImage({ seed = "7", steps = 3, width = 128, height = 64 } = {}): string {
  return `{
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]}},
    "3": {"class_type": "KSampler", "inputs": {"cfg": 8, "denoise": 1, "latent_image": ["5", 0], "model": ["4", 0],
      "negative": ["7", 0], "positive": ["6", 0], "sampler_name": "euler", "scheduler": "normal", "seed": ${seed},
      "steps": ${steps}}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5-pruned-emaonly.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"batch_size": 1, "height": ${height}, "width": ${width}}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "a lighthouse"}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "fog"}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}}
  }`;
}

function emptyImage(color: number, outputClass = "SaveImage", width: unknown = 20): Record<string, unknown> {
  return {
    "1": { class_type: "EmptyImage", inputs: { width, height: 10, batch_size: 1, color } },
    "2": { class_type: outputClass, inputs: { images: ["1", 0], filename_prefix: "plain" } },
  };
}

let base: string;
let standIn: StandIn;
let url: string;
let port: number;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  base = mkdtempSync(path.join(tmpdir(), "stand-in-"));
  standIn = createStandIn({ baseDirectory: base, stepMilliseconds: 5 });
  ({ port } = await standIn.listen(0, "127.0.0.1"));
  url = `http://127.0.0.1:${port}`;
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await standIn.close();
  rmSync(base, { recursive: true, force: true });
});

function post(route: string, body: string | object): Promise<Response> {
  return fetch(url + route, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
}

async function getJson(route: string): Promise<never> {
  return (await (await fetch(url + route)).json()) as never;
}

async function queuePrompt(prompt: string | object, more: object = {}): Promise<string> {
  const text = typeof prompt === "string" ? prompt : JSON.stringify(prompt);
  const rest = JSON.stringify(more).slice(1);
  const response = await post("/prompt", `{"prompt": ${text}${rest === "}" ? "}" : `, ${rest}`}`);
  expect(response.status).toBe(200);
  return ((await response.json()) as { prompt_id: string }).prompt_id;
}

async function finished(promptId: string): Promise<Record<string, unknown>> {
  for (;;) {
    const history = (await getJson(`/history/${promptId}`)) as Record<string, Record<string, unknown>>;
    if (history[promptId]) return history[promptId];
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A socket that notes all it hears. */
async function connect(
  clientId: string,
  prefix = "",
): Promise<{
  socket: WebSocket;
  messages: Message[];
  binaries: Buffer[];
  until: (test: (message: Message) => boolean) => Promise<Message>;
}> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${prefix}/ws?clientId=${clientId}`);
  sockets.push(socket);
  const messages: Message[] = [];
  const binaries: Buffer[] = [];
  let look: () => void = () => {};
  socket.on("message", (data, isBinary) => {
    if (isBinary) binaries.push(data as Buffer);
    else messages.push(JSON.parse(String(data)) as Message);
    look();
  });
  const until = (test: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      look = () => {
        const found = messages.find(test);
        if (found) resolve(found);
      };
      look();
    });
  await until((message) => message.type === "status");
  return { socket, messages, binaries, until };
}

const isDone = (message: Message): boolean => message.type === "executing" && message.data.node === null;

function upload(
  route: string,
  fields: Record<string, string>,
  name: string,
  data: Buffer,
): Promise<Response> {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.append(field, value);
  form.append("image", new Blob([new Uint8Array(data)]), name);
  return fetch(url + route, { method: "POST", body: form });
}

describe("a text-to-image workflow", () => {
  it("runs to its end over the socket and leaves a PNG of the size asked", async () => {
    const client = await connect("alice");
    expect(client.messages[0]).toEqual({
      type: "status",
      data: { status: { exec_info: { queue_remaining: 0 } }, sid: "alice" },
    });
    const promptId = await queuePrompt(textToImage(), { client_id: "alice" });
    await client.until(isDone);

    const types = client.messages.map((message) => message.type);
    const flow = types.filter((type) => type !== "status" && type !== "progress_state");
    expect(flow).toEqual([
      "execution_start",
      "execution_cached",
      ...["executing", "executing", "executing", "executing", "executing"],
      ...["progress", "progress", "progress"],
      ...["executing", "executing", "executed", "execution_success", "executing"],
    ]);
    expect(types).toContain("progress_state");
    const progress = client.messages.filter((message) => message.type === "progress");
    expect(progress.map((message) => message.data)).toEqual(
      [1, 2, 3].map((value) => ({ value, max: 3, prompt_id: promptId, node: "3" })),
    );

    expect(client.binaries).toHaveLength(3);
    expect(client.binaries[0]?.readUInt32BE(0)).toBe(1);
    expect(client.binaries[0]?.readUInt32BE(4)).toBe(2);
    expect(decodePng(client.binaries[0]?.subarray(8) as Buffer).width).toBe(64);

    const image = { filename: "ComfyUI_00001_.png", subfolder: "", type: "output" };
    const executed = client.messages.find((message) => message.type === "executed");
    expect(executed?.data).toEqual({
      node: "9",
      display_node: "9",
      output: { images: [image] },
      prompt_id: promptId,
    });
    const entry = await finished(promptId);
    expect(entry.outputs).toEqual({ "9": { images: [image] } });
    expect(entry.status).toMatchObject({ status_str: "success", completed: true });

    const view = await fetch(`${url}/view?filename=${image.filename}&type=output&subfolder=`);
    expect(view.headers.get("content-type")).toBe("image/png");
    const png = Buffer.from(await view.arrayBuffer());
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 64]);
    const workflow = Object.fromEntries(textEntries(png)).prompt as string;
    expect(JSON.parse(workflow)).toHaveProperty("9.class_type", "SaveImage");
  });

  it("draws the same for the same seed, something else for another, and reuses what it has", async () => {
    const file = (number: number): Buffer =>
      readFileSync(path.join(base, `output/ComfyUI_0000${number}_.png`));
    const pixels = (number: number): Buffer => {
      const picture = decodePng(file(number));
      const row = Buffer.alloc(picture.width * 3);
      picture.fillRow(30, row);
      return row;
    };
    await finished(await queuePrompt(textToImage({ seed: "1" })));
    const repeated = await finished(await queuePrompt(textToImage({ seed: "1" })));
    expect(existsSync(path.join(base, "output/ComfyUI_00002_.png"))).toBe(false);
    expect(repeated.outputs).toMatchObject({ "9": { images: [{ filename: "ComfyUI_00001_.png" }] } });
    await finished(await queuePrompt(textToImage({ seed: "2" })));
    expect(pixels(2)).not.toEqual(pixels(1));
    await post("/free", { free_memory: true });
    await finished(await queuePrompt(textToImage({ seed: "1" })));
    expect(pixels(3)).toEqual(pixels(1));
  });

  it("keeps a seed of 2^64-1 exact in /queue, /history and the file", async () => {
    const promptId = await queuePrompt(textToImage({ seed: MAX_SEED, steps: 20 }));
    const seed = `"seed": ${MAX_SEED}`;
    expect(await (await fetch(`${url}/queue`)).text()).toContain(seed);
    await finished(promptId);
    expect(await (await fetch(`${url}/history/${promptId}`)).text()).toContain(seed);
    const file = readFileSync(path.join(base, "output/ComfyUI_00001_.png"));
    expect(Object.fromEntries(textEntries(file)).prompt).toContain(seed);
  });

  it("refuses a seed of 2^64", async () => {
    const response = await post("/prompt", `{"prompt": ${textToImage({ seed: "18446744073709551616" })}}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`Value 18446744073709551616 bigger than max of ${MAX_SEED}`);
  });
});

describe("EmptyImage", () => {
  it.each(["", "/api"])("saves the colour asked for, spelled %s/prompt", async (prefix) => {
    const response = await post(`${prefix}/prompt`, { prompt: emptyImage(0x12abef) });
    const { prompt_id: promptId } = (await response.json()) as { prompt_id: string };
    await finished(promptId);
    const view = await fetch(`${url}${prefix}/view?filename=plain_00001_.png`);
    const picture = decodePng(Buffer.from(await view.arrayBuffer()));
    const row = Buffer.alloc(60);
    picture.fillRow(9, row);
    expect([picture.width, picture.height, row.toString("hex")]).toEqual([20, 10, "12abef".repeat(20)]);
  });

  it("goes to temp/ with PreviewImage", async () => {
    const entry = await finished(await queuePrompt(emptyImage(1, "PreviewImage")));
    expect(entry.outputs).toMatchObject({ "2": { images: [{ type: "temp", subfolder: "" }] } });
    const filename = /"filename":"([^"]+)"/.exec(JSON.stringify(entry.outputs))?.[1];
    expect(filename).toMatch(/^ComfyUI_temp_[a-z]{5}_00001_\.png$/);
    expect((await fetch(`${url}/view?filename=${filename}&type=temp`)).status).toBe(200);
    expect((await fetch(`${url}/view?filename=${filename}&type=output`)).status).toBe(404);
  });

  it("fails as ComfyUI does when the prefix leads out of output/", async () => {
    const prompt = emptyImage(1) as Record<string, { inputs: Record<string, unknown> }>;
    (prompt["2"] as { inputs: Record<string, unknown> }).inputs.filename_prefix = "../../escaped";
    const client = await connect("alice");
    const entry = await finished(await queuePrompt(prompt, { client_id: "alice" }));
    expect(entry.status).toMatchObject({ status_str: "error", completed: false });
    const error = await client.until((message) => message.type === "execution_error");
    expect(error.data).toMatchObject({ node_id: "2", node_type: "SaveImage", executed: ["1"] });
    expect(error.data.exception_message).toContain("Saving image outside the output folder is not allowed");
  });
});

describe("the queue", () => {
  it("echoes prompt_id, counts numbers, and puts `front` first", async () => {
    const blocker = await queuePrompt(textToImage({ steps: 10_000 }));
    const first = await (await post("/prompt", { prompt: emptyImage(1), prompt_id: "mine" })).json();
    expect(first).toEqual({ prompt_id: "mine", number: 1, node_errors: {} });
    const front = await (
      await post("/prompt", { prompt: emptyImage(2), front: true, prompt_id: "f" })
    ).json();
    expect(front).toMatchObject({ number: -2 });
    const exact = await (
      await post("/prompt", { prompt: emptyImage(3), number: 1.5, prompt_id: "n" })
    ).json();
    expect(exact).toMatchObject({ number: 1.5 });

    const queue = (await getJson("/queue")) as Record<string, [number, string, object, object, string[]][]>;
    expect(queue.queue_running?.map((item) => item[1])).toEqual([blocker]);
    expect(queue.queue_pending?.map((item) => item[1])).toEqual(["f", "mine", "n"]);
    expect(queue.queue_pending?.[0]?.slice(2)).toEqual([emptyImage(2), {}, ["2"]]);
    expect(await getJson("/prompt")).toEqual({ exec_info: { queue_remaining: 4 } });

    await post("/queue", { delete: ["f"] });
    await post("/api/interrupt", { prompt_id: "mine" });
    expect(await getJson("/prompt")).toEqual({ exec_info: { queue_remaining: 3 } });
    await post("/queue", { clear: true });
    expect(await getJson("/prompt")).toEqual({ exec_info: { queue_remaining: 1 } });

    await post("/interrupt", { prompt_id: blocker });
    expect((await finished(blocker)).status).toMatchObject({ status_str: "error", completed: false });
    expect(await getJson("/history/f")).toEqual({});
  });

  it("tells every socket of an interruption and goes on with the next prompt", async () => {
    const owner = await connect("owner");
    const promptId = await queuePrompt(textToImage({ steps: 10_000 }), { client_id: "owner" });
    await owner.until((message) => message.type === "progress");
    await post("/interrupt", "");
    const message = await owner.until(({ type }) => type === "execution_interrupted");
    expect(message.data).toMatchObject({ prompt_id: promptId, node_id: "3", node_type: "KSampler" });
    await finished(await queuePrompt(emptyImage(1)));
  });

  it("pages and clears the history", async () => {
    const ids: string[] = [];
    for (const color of [1, 2, 3]) ids.push(await queuePrompt(emptyImage(color)));
    await finished(ids[2] as string);
    const pages = async (query: string): Promise<string[]> => Object.keys(await getJson(`/history${query}`));
    expect(await pages("")).toEqual(ids);
    expect(await pages("?max_items=1")).toEqual([ids[2]]);
    expect(await pages("?max_items=1&offset=1")).toEqual([ids[1]]);
    expect((await fetch(`${url}/history?max_items=x`)).status).toBe(500);
    await post("/history", { delete: [ids[0]] });
    expect(await pages("")).toEqual(ids.slice(1));
    await post("/history", { clear: true });
    expect(await pages("")).toEqual([]);
  });

  it("drops secrets of extra_data on the way into the history", async () => {
    const extra = { api_key_comfy_org: "s3cret", extra_pnginfo: { workflow: { a: 1 } } };
    const entry = await finished(await queuePrompt(emptyImage(1), { extra_data: extra, client_id: "c" }));
    expect((entry.prompt as unknown[])[3]).toEqual({
      client_id: "c",
      extra_pnginfo: { workflow: { a: 1 } },
    });
  });
});

describe("sockets", () => {
  it("addresses events to the newest socket of the client id, and status to all", async () => {
    const old = await connect("alice");
    const other = await connect("bob", "/api");
    const fresh = await connect("alice");
    old.messages.length = 0;
    const promptId = await queuePrompt(textToImage(), { client_id: "alice" });
    await fresh.until(isDone);
    await other.until((message) => message.type === "status" && message.data.sid === undefined);
    expect(old.messages).toEqual([]);
    expect(new Set(other.messages.map((message) => message.type))).toEqual(new Set(["status"]));
    expect(other.binaries).toEqual([]);
    expect(fresh.messages.some((message) => message.data.prompt_id === promptId)).toBe(true);
  });

  it("broadcasts progress and previews of a prompt without client_id", async () => {
    const stranger = await connect("stranger");
    await finished(await queuePrompt(textToImage()));
    const types = new Set(stranger.messages.map((message) => message.type));
    expect(types).toEqual(new Set(["status", "progress", "progress_state"]));
    expect(stranger.binaries).toHaveLength(3);
  });

  it("says on reconnection which node runs", async () => {
    const first = await connect("alice");
    await queuePrompt(textToImage({ steps: 10_000 }), { client_id: "alice" });
    await first.until((message) => message.type === "progress");
    const second = await connect("alice");
    expect((await second.until((message) => message.type === "executing")).data).toEqual({ node: "3" });
  });

  it("adds metadata to previews for a client that asks for it", async () => {
    const client = await connect("alice");
    client.socket.send('{"type": "feature_flags", "data": {"supports_preview_metadata": true}}');
    const flags = await client.until((message) => message.type === "feature_flags");
    expect(flags.data).toEqual(await getJson("/features"));
    await queuePrompt(textToImage(), { client_id: "alice" });
    await client.until(isDone);
    const preview = client.binaries[0] as Buffer;
    expect(preview.readUInt32BE(0)).toBe(4);
    const length = preview.readUInt32BE(4);
    expect(JSON.parse(preview.toString("utf8", 8, 8 + length))).toMatchObject({
      node_id: "3",
      image_type: "image/png",
    });
  });

  it("makes up a client id, and refuses upgrades elsewhere", async () => {
    const client = await connect("");
    expect(client.messages[0]?.data.sid).toMatch(/^[0-9a-f]{32}$/);
    const elsewhere = new WebSocket(`ws://127.0.0.1:${port}/prompt`);
    const [error] = (await once(elsewhere, "error")) as [Error];
    expect(error.message).toContain("404");
  });
});

describe("/view", () => {
  it.each([
    ["filename=../secret.txt", 400],
    ["filename=/etc/passwd", 400],
    ["filename=..%2f..%2fetc%2fpasswd", 400],
    ["filename=passwd&subfolder=../../../../etc", 403],
    ["filename=passwd&subfolder=/etc", 403],
    ["filename=", 400],
    ["filename=x&type=models", 400],
    ["filename=none.png", 404],
    ["filename=secret.txt%00.png", 404],
    ["", 404],
  ])("answers %s with %i", async (query, status) => {
    writeFileSync(path.join(base, "secret.txt"), "secret");
    expect((await fetch(`${url}/view?${query}`)).status).toBe(status);
  });

  it("lets the annotation of a name overrule the type, and downloads what a browser would run", async () => {
    writeFileSync(path.join(base, "input/a.png"), await pngBytes(solid(3, 2, 0xff0000)));
    writeFileSync(path.join(base, "input/x.html"), "<script>");
    const annotated = await fetch(`${url}/view?filename=a.png%20[input]&type=output`);
    expect(annotated.status).toBe(200);
    expect(annotated.headers.get("content-disposition")).toBe('filename="a.png"');
    const html = await fetch(`${url}/view?filename=x.html&type=input`);
    expect(html.headers.get("content-type")).toBe("application/octet-stream");
    const alpha = await fetch(`${url}/view?filename=a.png&type=input&channel=a`);
    expect(decodePng(Buffer.from(await alpha.arrayBuffer())).channels).toBe(4);
  });
});

describe("uploads", () => {
  it("renames what exists with other bytes, and reuses what is the same", async () => {
    const red = await pngBytes(solid(2, 2, 0xff0000));
    const blue = await pngBytes(solid(2, 2, 0x0000ff));
    const name = async (fields: Record<string, string>, data: Buffer): Promise<unknown> =>
      (await upload("/upload/image", fields, "näme.png", data)).json();
    const reply = (filename: string) => ({ name: filename, subfolder: "", type: "input" });
    expect(await name({}, red)).toEqual(reply("näme.png"));
    expect(await name({}, blue)).toEqual(reply("näme (1).png"));
    expect(await name({}, blue)).toEqual(reply("näme (1).png"));
    expect(await name({ overwrite: "true" }, blue)).toEqual(reply("näme.png"));
    expect(readFileSync(path.join(base, "input/näme.png"))).toEqual(blue);
    expect(await name({ type: "output", subfolder: "a/b" }, red)).toEqual({
      name: "näme.png",
      subfolder: "a/b",
      type: "output",
    });
    expect(existsSync(path.join(base, "output/a/b/näme.png"))).toBe(true);
  });

  it("refuses traversal and requests without an image", async () => {
    const data = Buffer.from("x");
    expect((await upload("/upload/image", {}, "../../evil.png", data)).status).toBe(400);
    expect((await upload("/upload/image", { subfolder: "../.." }, "evil.png", data)).status).toBe(400);
    expect((await upload("/upload/image", { subfolder: "/tmp" }, "evil.png", data)).status).toBe(400);
    expect((await upload("/upload/image", { type: "models" }, "evil.png", data)).status).toBe(500);
    expect((await post("/upload/image", "no form")).status).toBe(400);
    expect(existsSync(path.join(base, "evil.png"))).toBe(false);
  });

  it("hands an uploaded picture to LoadImage", async () => {
    await upload("/api/upload/image", {}, "in.png", await pngBytes(solid(7, 5, 0x00ff00)));
    const prompt = {
      "1": { class_type: "LoadImage", inputs: { image: "in.png" } },
      "2": { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "copy/of" } },
    };
    await finished(await queuePrompt(prompt));
    const picture = decodePng(readFileSync(path.join(base, "output/copy/of_00001_.png")));
    expect([picture.width, picture.height]).toEqual([7, 5]);
  });

  it("gives the original the mask's alpha channel", async () => {
    await upload("/upload/image", {}, "in.png", await pngBytes(solid(2, 1, 0x112233)));
    const mask = await pngBytes({
      width: 2,
      height: 1,
      channels: 4,
      fillRow: (_y, target) => void target.set([0, 0, 0, 0, 9, 9, 9, 128]),
    });
    const reference = JSON.stringify({ filename: "in.png", type: "input", subfolder: "" });
    const response = await upload("/upload/mask", { original_ref: reference }, "masked.png", mask);
    expect(response.status).toBe(200);
    const row = Buffer.alloc(8);
    decodePng(readFileSync(path.join(base, "input/masked.png"))).fillRow(0, row);
    expect(row.toString("hex")).toBe("1122330011223380");
  });
});

describe("user data and settings", () => {
  it("stores, lists, moves and deletes files, encoded slash included", async () => {
    const file = `${url}/userdata/workflows%2Fa.json`;
    expect(await (await fetch(file, { method: "POST", body: "{}" })).json()).toBe("workflows/a.json");
    expect((await fetch(`${file}?overwrite=false`, { method: "POST", body: "{}" })).status).toBe(409);
    expect(await (await fetch(file)).text()).toBe("{}");
    expect(await getJson("/api/userdata?dir=workflows")).toEqual(["a.json"]);
    const moved = await fetch(`${file}/move/workflows%2Fb.json`, { method: "POST" });
    expect(await moved.json()).toBe("workflows/b.json");
    expect((await fetch(file, { method: "DELETE" })).status).toBe(404);
    expect((await fetch(`${url}/userdata/workflows%2Fb.json`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${url}/userdata/..%2F..%2Fsecret`)).status).toBe(403);
    expect((await fetch(`${url}/userdata/%252e%252e%252fsecret`)).status).toBe(403);
  });

  it("keeps settings", async () => {
    await post("/settings", { "Comfy.A": 1, "Comfy.B": MAX_SEED });
    await post("/api/settings/Comfy.A", "[2.0]");
    expect(await (await fetch(`${url}/settings`)).text()).toBe(
      `{"Comfy.A": [2.0], "Comfy.B": "${MAX_SEED}"}`,
    );
    expect(await getJson("/settings/Comfy.A")).toEqual([2]);
    expect(await getJson("/settings/none")).toBeNull();
  });
});

describe("the server", () => {
  it("says that it is the stand-in", async () => {
    expect(await (await fetch(url)).text()).toContain("This is the stand-in, not ComfyUI");
    expect(await getJson("/system_stats")).toMatchObject({
      stand_in: true,
      system: { comfyui_version: "stand-in" },
    });
  });

  it("serves every GET route under both spellings, and refuses other methods and paths", async () => {
    const mirrored = STAND_IN_ROUTES.filter(({ path: route }) => !/^\/(api|internal)\//.test(route));
    for (const { method, path: route } of mirrored) {
      expect(STAND_IN_ROUTES).toContainEqual({ method, path: `/api${route}` });
      if (method !== "GET" || route.includes("{") || route === "/ws") continue;
      const plain = await fetch(url + route);
      expect(plain.status).toBe(route === "/view" ? 404 : route === "/userdata" ? 400 : 200);
      expect((await fetch(`${url}/api${route}`)).status).toBe(plain.status);
    }
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/nothing`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}/prompt`, { method: "PUT" })).status).toBe(405);
    expect((await fetch(`${url}/prompt`, { method: "HEAD" })).status).toBe(200);
    expect((await fetch(`${url}/internal/logs`)).status).toBe(200);
    expect((await fetch(`${url}/api/internal/logs`)).status).toBe(404);
  });

  it("describes its nodes", async () => {
    const all = (await getJson("/object_info")) as Record<string, Record<string, unknown>>;
    expect(Object.keys(all)).toHaveLength(9);
    expect(all.SaveImage).toMatchObject({
      display_name: "Save Image",
      output_node: true,
      input_order: { required: ["images", "filename_prefix"], hidden: ["prompt", "extra_pnginfo"] },
    });
    expect(await getJson("/object_info/None")).toEqual({});
    expect(await (await fetch(`${url}/object_info/KSampler`)).text()).toContain(`"max": ${MAX_SEED}`);
    expect(await getJson("/models/checkpoints")).toContain("v1-5-pruned-emaonly.safetensors");
    expect((await fetch(`${url}/models/none`)).status).toBe(404);
  });

  it("takes a percent-encoded path, an absolute target and a query for the same route", async () => {
    expect((await fetch(`${url}/%70rompt?x=1`)).status).toBe(200);
    const request = httpRequest({ port, path: "http://elsewhere/prompt" }).end();
    const [response] = (await once(request, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  it("refuses a foreign origin, on sockets too", async () => {
    const headers = { Origin: "http://evil.example" };
    expect((await fetch(`${url}/prompt`, { headers })).status).toBe(403);
    expect((await fetch(`${url}/prompt`, { headers: { Origin: url } })).status).toBe(200);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
    const [error] = (await once(socket, "error")) as [Error];
    expect(error.message).toContain("403");
  });

  it("answers 413 above 100 MB and 500 to what is not JSON", async () => {
    const request = httpRequest({ port, path: "/prompt", method: "POST" });
    request.setHeader("Content-Length", 100 * 1024 * 1024 + 1);
    request.on("error", () => {});
    request.flushHeaders();
    const [response] = (await once(request, "response")) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).toBe(413);
    for (const body of ["", "{", "[1]x", "5", "\ufeff{}"])
      expect((await post("/prompt", body)).status).toBe(500);
  });

  it("closes while a prompt runs and sockets are open", async () => {
    const client = await connect("alice");
    await queuePrompt(textToImage({ steps: 10_000 }), { client_id: "alice" });
    await client.until((message) => message.type === "progress");
    const closed = once(client.socket, "close");
    await standIn.close();
    await closed;
    await expect(fetch(url)).rejects.toThrow();
  });
});
