import { createHmac } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import WebSocket from "ws";

/** How to reach a running stack, as a client that was handed its outputs. */
export interface Access {
  /** e.g. `https://localhost:8443` */
  readonly endpoint: string;
  readonly caCertificate: string;
  /** Left out: the client has no key. */
  readonly apiKey?: string;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
  /** Client certificate and its key, in PEM. */
  readonly certificate?: string;
  readonly privateKey?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on a connection of its own. Objects are sent as JSON. */
export function send(access: Access, method: string, path: string, body?: unknown): Promise<Answer> {
  const { endpoint, caCertificate, apiKey, authorization, certificate, privateKey } = access;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${endpoint}${path}`,
      {
        method,
        ca: caCertificate,
        cert: certificate,
        key: privateKey,
        agent: false,
        headers: {
          ...(apiKey === undefined ? {} : { "X-API-Key": apiKey }),
          ...(authorization === undefined ? {} : { Authorization: authorization }),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Opens a WebSocket; resolves to it, or to the status with which the upgrade was refused. */
export function openSocket(access: Access, clientId: string): Promise<WebSocket | number> {
  const socket = new WebSocket(`${access.endpoint.replace("https", "wss")}/ws?clientId=${clientId}`, {
    ca: access.caCertificate,
    headers: access.apiKey === undefined ? {} : { "X-API-Key": access.apiKey },
  });
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket));
    socket.on("unexpected-response", (_, response) => {
      response.resume();
      socket.terminate();
      resolve(response.statusCode ?? 0);
    });
    socket.on("error", reject);
  });
}

/** Posts a workflow, follows it over the socket to its end and fetches its first image. */
export async function render(access: Access, workflow: object): Promise<{ events: string[]; image: Answer }> {
  const clientId = `test-${Math.random().toString(36).slice(2)}`;
  const socket = await openSocket(access, clientId);
  if (typeof socket === "number") {
    throw new Error(`the socket was refused with ${socket}`);
  }
  try {
    const events: string[] = [];
    const images: { filename: string; subfolder: string; type: string }[] = [];
    const finished = new Promise<void>((resolve, reject) => {
      socket.on("message", (data, isBinary) => {
        if (isBinary) {
          events.push("(preview)");
          return;
        }
        const message = JSON.parse(data.toString());
        events.push(message.type);
        images.push(...(message.type === "executed" ? (message.data.output?.images ?? []) : []));
        if (message.type === "execution_success") {
          resolve();
        } else if (message.type === "execution_error") {
          reject(new Error(JSON.stringify(message.data)));
        }
      });
      socket.on("close", () => reject(new Error(`the socket closed early, after ${events.join(", ")}`)));
    });
    const posted = await send(access, "POST", "/prompt", { prompt: workflow, client_id: clientId });
    if (posted.status !== 200) {
      throw new Error(`the workflow was refused with ${posted.status}: ${posted.body}`);
    }
    await finished;
    const [image] = images;
    const query = new URLSearchParams({ ...image });
    return { events, image: await send(access, "GET", `/view?${query}`) };
  } finally {
    socket.terminate();
  }
}

/** A token that a client signs with its own secret (HS256). */
export function signToken(secret: string, kid: string, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", kid })}.${part(claims)}`;
  const signature = createHmac("sha256", Buffer.from(secret, "base64url")).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}

/** A workflow that needs no model: a plain image of the size asked for. */
export function emptyImageWorkflow(width: number, height: number): object {
  return {
    "1": { class_type: "EmptyImage", inputs: { width, height, batch_size: 1, color: 0x336699 } },
    "2": { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "test" } },
  };
}

/** A workflow that the stand-in works at for minutes, until it is interrupted. */
export function longWorkflow(): object {
  return {
    "1": {
      class_type: "CheckpointLoaderSimple",
      inputs: { ckpt_name: "v1-5-pruned-emaonly-fp16.safetensors" },
    },
    "2": { class_type: "CLIPTextEncode", inputs: { text: "a lighthouse", clip: ["1", 1] } },
    "3": { class_type: "EmptyLatentImage", inputs: { width: 64, height: 64, batch_size: 1 } },
    "4": {
      class_type: "KSampler",
      inputs: {
        ...{ seed: 1, steps: 10_000, cfg: 7, sampler_name: "euler", scheduler: "normal", denoise: 1 },
        ...{ model: ["1", 0], positive: ["2", 0], negative: ["2", 0], latent_image: ["3", 0] },
      },
    },
    "5": { class_type: "VAEDecode", inputs: { samples: ["4", 0], vae: ["1", 2] } },
    "6": { class_type: "SaveImage", inputs: { images: ["5", 0], filename_prefix: "long" } },
  };
}

/** Width and height in a PNG's header. Throws where the bytes are no PNG. */
export function pngSize(png: Buffer): { width: number; height: number } {
  if (png.subarray(0, 8).toString("latin1") !== "\x89PNG\r\n\x1a\n") {
    throw new Error(`no PNG: ${png.subarray(0, 60).toString("latin1")}`);
  }
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
