import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Model } from "../../components/models/args";
import { fetchModels } from "../../components/models/fetcher/fetch";
import { gguf, safetensors, sha256 } from "../support/model-files";
import { testCertificate } from "../support/test-certificate";

const FILE = safetensors(300_000);

/** One request as the server saw it. */
interface Seen {
  readonly path: string;
  readonly range?: string;
  readonly ifRange?: string;
}
type Answer = (response: ServerResponse, seen: Seen) => void;

let certificate: string;
let server: Server;
let origin: string;
let root: string;
let seen: Seen[] = [];
let retries: string[] = [];
const answers = new Map<string, Answer>();

beforeAll(async () => {
  const pair = await testCertificate(["localhost"]);
  certificate = pair.certificate;
  server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) => {
    const path = request.url ?? "";
    const one = {
      path,
      range: request.headers.range,
      ifRange: request.headers["if-range"] as string | undefined,
    };
    seen.push(one);
    (answers.get(path) ?? ((to) => to.writeHead(404).end("nothing here")))(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `https://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "comfy-models-"));
  seen = [];
  retries = [];
  answers.clear();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const model = (path: string, file: Buffer | string, more: Partial<Model> = {}): Model => ({
  url: `${origin}${path}`,
  sha256: typeof file === "string" ? file : sha256(file),
  folder: "checkpoints",
  name: "m.safetensors",
  ...more,
});
const fetchAll = (...models: Model[]) =>
  fetchModels(root, models, {
    ca: [certificate],
    onProgress: () => {},
    onRetry: (_, reason) => retries.push(reason),
    stallMs: 300,
    retryMs: 1,
  });
const there = (path = "checkpoints/m.safetensors") => existsSync(join(root, path));
const parts = () => (existsSync(join(root, ".parts")) ? readdirSync(join(root, ".parts")) : []);

/** Serves a file with ranges, as every file host does. */
function serve(path: string, file: Buffer, { etag = '"v1"', cutAt }: { etag?: string; cutAt?: number } = {}) {
  let cut = cutAt;
  answers.set(path, (response, { range, ifRange }) => {
    const from = range !== undefined && ifRange === etag ? Number(/\d+/.exec(range)?.[0]) : 0;
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      "content-length": file.length - from,
      ...(from > 0 ? { "content-range": `bytes ${from}-${file.length - 1}/${file.length}` } : {}),
    });
    if (cut === undefined) {
      response.end(file.subarray(from));
    } else {
      const end = cut;
      cut = undefined;
      response.write(file.subarray(from, end), () => setTimeout(() => response.destroy(), 50));
    }
  });
}

describe("fetching models", () => {
  it("brings safetensors and gguf into their folders, once", async () => {
    const other = gguf();
    serve("/a", FILE);
    serve("/b", other);
    const list = [model("/a", FILE), model("/b", other, { folder: "unet/small", name: "q4.gguf" })];
    expect((await fetchAll(...list)).map(({ result }) => result)).toEqual(["fetched", "fetched"]);
    expect(readFileSync(join(root, "checkpoints/m.safetensors")).equals(FILE)).toBe(true);
    expect(readFileSync(join(root, "unet/small/q4.gguf")).equals(other)).toBe(true);
    expect(statSync(join(root, "checkpoints/m.safetensors")).mode & 0o777).toBe(0o644);
    expect(parts()).toEqual([]);

    seen = [];
    expect((await fetchAll(...list)).map(({ result }) => result)).toEqual(["present", "present"]);
    expect(seen).toEqual([]);
  });

  it("goes on by itself after the connection was cut half way", async () => {
    serve("/a", FILE, { cutAt: 150_000 });
    expect(await fetchAll(model("/a", FILE))).toEqual([
      { path: "checkpoints/m.safetensors", result: "fetched" },
    ]);
    expect(seen.map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/)]);
    // What was under way when the connection broke may be lost.
    const from = Number(seen[1]?.range?.slice("bytes=".length, -1));
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(150_000);
    expect(retries).toHaveLength(1);
    expect(readFileSync(join(root, "checkpoints/m.safetensors")).equals(FILE)).toBe(true);
  });

  it("goes on where an earlier run stopped, and anew where the file has changed since", async () => {
    const wanted = model("/a", FILE);
    const leavePart = () => {
      mkdirSync(join(root, ".parts"), { recursive: true });
      writeFileSync(join(root, ".parts", `${wanted.sha256}.part`), FILE.subarray(0, 1000));
      const of = JSON.stringify({ url: wanted.url, validator: '"v1"' });
      writeFileSync(join(root, ".parts", `${wanted.sha256}.part.of`), of);
    };
    leavePart();
    serve("/a", FILE);
    expect((await fetchAll(wanted))[0]?.result).toBe("fetched");
    expect(seen).toEqual([{ path: "/a", range: "bytes=1000-", ifRange: '"v1"' }]);

    rmSync(join(root, "checkpoints"), { recursive: true });
    leavePart();
    serve("/a", FILE, { etag: '"v2"' });
    expect((await fetchAll(wanted))[0]?.result).toBe("fetched");
    expect(readFileSync(join(root, "checkpoints/m.safetensors")).equals(FILE)).toBe(true);
  });

  it("does not continue what it cannot tell apart: without a strong validator it begins anew", async () => {
    serve("/a", FILE, { etag: 'W/"weak"', cutAt: 100_000 });
    expect((await fetchAll(model("/a", FILE)))[0]?.result).toBe("fetched");
    expect(seen.map(({ range }) => range)).toEqual([undefined, undefined]);
  });

  const pickle = Buffer.concat([Buffer.from("80027d71002e", "hex"), Buffer.alloc(4000)]);
  const zip = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), Buffer.alloc(4000)]);
  it.each<[string, Buffer, Partial<Model>, RegExp]>([
    [
      "a wrong hash, naming both",
      FILE,
      { sha256: "0".repeat(64) },
      new RegExp(`${sha256(FILE)}, wanted 0{64}`),
    ],
    ["a pickle by another name", pickle, {}, /pickle, which runs code/],
    ["a small pickle", Buffer.from("80027d71002e", "hex"), {}, /pickle, which runs code/],
    ["a zip by another name", zip, {}, /zip archive/],
    ["an error page with status 200", Buffer.from("<html>busy</html>"), {}, /web page/],
    ["safetensors called gguf", FILE, { name: "m.gguf" }, /safetensors file, not gguf/],
    [
      "bytes behind the tensors",
      Buffer.concat([FILE, Buffer.from("payload")]),
      {},
      /tensors take 300000 bytes/,
    ],
  ])("keeps out %s", async (_, file, more, message) => {
    serve("/a", file);
    const [outcome] = await fetchAll(model("/a", file, more));
    expect(outcome?.result).toBe("failed");
    expect(outcome?.reason).toMatch(message);
    expect(there(`checkpoints/${more.name ?? "m.safetensors"}`)).toBe(false);
    expect(parts()).toEqual([]);
  });

  it("judges the first bytes before it fetches the rest", async () => {
    let sent = 0;
    answers.set("/a", (response) => {
      response.writeHead(200, { "content-length": 1_000_000_000 });
      const more = () => {
        sent += 4006;
        if (!response.destroyed) response.write(pickle, more);
      };
      more();
    });
    expect((await fetchAll(model("/a", "0".repeat(64))))[0]?.reason).toMatch(/pickle|disk is full/);
    expect(sent).toBeLessThan(20_000_000);
  });

  const redirect = (location: string) => (response: ServerResponse) =>
    response.writeHead(302, { location }).end();
  it.each<[string, Answer, RegExp]>([
    ["404", (response) => response.writeHead(404).end(), /answered 404/],
    ["403", (response) => response.writeHead(403).end(), /answered 403/],
    [
      "500, after trying again",
      (response) => response.writeHead(500).end(),
      /answered 500; given up after 5/,
    ],
    [
      "a redirect to http",
      redirect("http://localhost:1/x"),
      /redirects to http:\/\/localhost:1; allowed: https/,
    ],
    ["a redirect to a file", redirect("file:///etc/passwd"), /redirects to file:/],
    ["redirects without end", redirect("/a"), /more than 5 times/],
    [
      "less than was announced, after trying again",
      (response) => {
        response.writeHead(200, { "content-length": FILE.length });
        response.write(FILE.subarray(0, 600), () => setTimeout(() => response.destroy(), 5));
      },
      /connection|600 of/,
    ],
    ["silence", () => {}, /nothing came for 0.3 s; given up/],
    [
      "a range that was not asked for",
      (response) => response.writeHead(206, { "content-range": "bytes 5-9/10" }).end("xxxxx"),
      /asked for bytes from 0 on, the server sends "bytes 5-9\/10"/,
    ],
    [
      "more than the disk takes",
      (response) => response.writeHead(200, { "content-length": 1e18 }).write("x"),
      /disk is full: it needs 1000000000000000000 more bytes/,
    ],
  ])("says what it got: %s", async (_, answer, message) => {
    answers.set("/a", answer);
    const [outcome] = await fetchAll(model("/a", FILE));
    expect(outcome?.reason).toMatch(message);
    expect(there()).toBe(false);
  });

  it("follows redirects to https, and trusts only the authorities it is given", async () => {
    serve("/b", FILE);
    answers.set("/a", redirect("/b"));
    expect((await fetchAll(model("/a", FILE)))[0]?.result).toBe("fetched");
    rmSync(join(root, "checkpoints"), { recursive: true });
    const options = { ca: [], onProgress: () => {}, onRetry: () => {}, retryMs: 1 };
    const [outcome] = await fetchModels(root, [model("/a", FILE)], options);
    expect(outcome?.reason).toMatch(/self[- ]signed/);
  });

  it("lets the other models in when one fails", async () => {
    serve("/b", FILE);
    const outcomes = await fetchAll(model("/gone", FILE, { name: "gone.safetensors" }), model("/b", FILE));
    expect(outcomes.map(({ result }) => result)).toEqual(["failed", "fetched"]);
  });

  it("removes what it fetched and is not wanted any more, and nothing else", async () => {
    serve("/a", FILE);
    await fetchAll(model("/a", FILE), model("/a", FILE, { folder: "loras" }));
    writeFileSync(join(root, "loras/mine.safetensors"), "brought by hand");
    expect(await fetchAll(model("/a", FILE))).toEqual([
      { path: "loras/m.safetensors", result: "removed" },
      { path: "checkpoints/m.safetensors", result: "present" },
    ]);
    expect(readdirSync(join(root, "loras"))).toEqual(["mine.safetensors"]);
  });

  it("replaces its own file by another version, never one that it did not bring", async () => {
    serve("/a", FILE);
    await fetchAll(model("/a", FILE));
    const next = safetensors(5000);
    serve("/a", next);
    expect((await fetchAll(model("/a", next)))[0]?.result).toBe("fetched");
    expect(readFileSync(join(root, "checkpoints/m.safetensors")).equals(next)).toBe(true);

    mkdirSync(join(root, "vae"));
    writeFileSync(join(root, "vae/m.safetensors"), "brought by hand");
    const [outcome] = (await fetchAll(model("/a", next), model("/a", next, { folder: "vae" }))).slice(1);
    expect(outcome?.reason).toMatch(/left alone/);
    expect(readFileSync(join(root, "vae/m.safetensors"), "utf8")).toBe("brought by hand");
  });

  it("notices a file of its own that was changed, and brings it anew", async () => {
    serve("/a", FILE);
    await fetchAll(model("/a", FILE));
    writeFileSync(join(root, "checkpoints/m.safetensors"), "tampered");
    expect((await fetchAll(model("/a", FILE)))[0]?.result).toBe("fetched");
  });
});
