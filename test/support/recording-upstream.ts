/**
 * Stands where ComfyUI stands and records every request that gets through. Runs in a container of the pod; a second
 * port, which the pod publishes for the test, hands the records out. The query argument `respond` asks for an answer:
 * see ANSWERS.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { WebSocketServer } from "ws";

const UPSTREAM_PORT = 8188;
const CONTROL_PORT = 8199;

interface Hit {
  method: string;
  /** The raw target. */
  target: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  bodySha256: string;
  bodyLength: number;
}

let hits: Hit[] = [];
let openSockets = 0;

const ANSWERS: Record<string, (response: ServerResponse, query: URLSearchParams) => void> = {
  "stack-trace": (response) => {
    response
      .writeHead(500, { "Content-Type": "text/plain" })
      .end("Traceback (most recent call last): SECRET");
  },
  "bad-request": (response) => {
    response.writeHead(400, { "Content-Type": "application/json" }).end('{"error":{"type":"from_upstream"}}');
  },
  // Everything that a hostile node could try with its answer's headers.
  headers: (response) => {
    response
      .writeHead(200, {
        "Content-Type": "text/html",
        Server: "Python/3.13 aiohttp/3.9",
        "X-Powered-By": "nodes",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Credentials": "true",
        "Content-Security-Policy": "default-src *",
        "X-Frame-Options": "ALLOWALL",
        "Set-Cookie": "a=b",
        "X-Gateway-Verdict": "forged",
        "X-Gateway-Client": "forged",
      })
      .end("<p>hello</p>");
  },
  accel: (response, query) => {
    const to = query.get("to") ?? "/.gateway/verify";
    response.writeHead(200, { "X-Accel-Redirect": to }).end("from upstream");
  },
  big: (response, query) => {
    const size = Number(query.get("size"));
    response.writeHead(200, { "Content-Type": "image/png", "Content-Length": size });
    const chunk = Buffer.alloc(64 * 1024, 7);
    let sent = 0;
    const push = () => {
      while (sent < size) {
        const part = chunk.subarray(0, Math.min(chunk.length, size - sent));
        sent += part.length;
        if (!response.write(part)) {
          response.once("drain", push);
          return;
        }
      }
      response.end();
    };
    push();
  },
  // Text that compresses well, as `type` and `encoding` have it.
  text: (response, query) => {
    const text = "a line of text that is there many times\n".repeat(Number(query.get("lines") ?? 100));
    const isEncoded = query.get("encoding") === "gzip";
    const body = isEncoded ? gzipSync(text) : text;
    response
      .writeHead(200, {
        "Content-Type": query.get("type") ?? "application/json",
        "Content-Length": body.length,
        ...(isEncoded && { "Content-Encoding": "gzip" }),
        "Cache-Control": "public, max-age=86400",
        Expires: "Thu, 31 Dec 2099 23:59:59 GMT",
        ...(query.has("disposition") && { "Content-Disposition": query.get("disposition") ?? "" }),
        ETag: '"strong"',
      })
      .end(body);
  },
  "not-modified": (response) => {
    response.writeHead(304, { ETag: '"strong"' }).end();
  },
  slow: (response) => {
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.write("first ");
    setTimeout(() => response.end("last"), 1500);
  },
};

const upstream = createServer((request: IncomingMessage, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => response.destroy());
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    record(request, body);
    const query = new URL(request.url ?? "/", "http://upstream").searchParams;
    const answer = ANSWERS[query.get("respond") ?? ""];
    if (answer) answer(response, query);
    else {
      response.writeHead(200, { "Content-Type": "application/json" });
      const inventory = (request.url ?? "").endsWith("/object_info")
        ? { nodes: "a node, ".repeat(10_000) }
        : {};
      response.end(JSON.stringify({ upstream: true, target: request.url, ...inventory }));
    }
  });
});

function record(request: IncomingMessage, body: Buffer): void {
  hits.push({
    method: request.method ?? "",
    target: request.url ?? "",
    headers: request.headers,
    body: body.length > 4_000_000 ? "" : body.toString("base64"),
    bodySha256: createHash("sha256").update(body).digest("hex"),
    bodyLength: body.length,
  });
}

/** Echoes every message. */
const sockets = new WebSocketServer({ noServer: true });
upstream.on("upgrade", (request, socket, head) => {
  record(request, Buffer.alloc(0));
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    openSockets++;
    webSocket.on("close", () => openSockets--);
    // What is no frame closes the socket, not this program.
    webSocket.on("error", () => {});
    webSocket.on("message", (data, isBinary) => webSocket.send(data, { binary: isBinary }));
  });
});

const control = createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ hits, openSockets }));
  if (request.method === "DELETE") hits = [];
});

upstream.listen(UPSTREAM_PORT, "127.0.0.1");
control.listen(CONTROL_PORT, "0.0.0.0");
