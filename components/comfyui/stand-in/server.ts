/** The stand-in as a server: request in, reply out, and the WebSocket upgrade. */
import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, isIP } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Context } from "./context";
import { Executor } from "./executor";
import { Folders } from "./folders";
import { empty, HttpError, type Reply, StandInRequest, standardError } from "./http";
import { LogBuffer } from "./log-buffer";
import { PromptQueue } from "./queue";
import { matchRoute, parseTarget } from "./router";
import { Sockets } from "./sockets";

export interface StandInOptions {
  /** Holds input/, output/, temp/ and user/, which are made, and models/ if there is one. temp/ is emptied. */
  readonly baseDirectory: string;
  /** Duration of one KSampler step in milliseconds. Defaults to 50. */
  readonly stepMilliseconds?: number;
  /** Called with every log line. Defaults to nothing; the command line prints them. */
  readonly log?: (line: string) => void;
  /** Called with every request before it is handled, WebSocket upgrades too: lets a test record what arrives. */
  readonly onRequest?: (request: IncomingMessage) => void;
  /** The command line that /system_stats shows. Defaults to none. */
  readonly argv?: readonly string[];
}

export interface StandIn {
  /** Starts to listen; `port` 0 takes a free one. Resolves to where it listens. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /** Interrupts what runs, closes all connections, and resolves when nothing is left. */
  close(): Promise<void>;
}

const DEFAULT_STEP_MILLISECONDS = 50;

function isLoopback(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "");
  if (isIP(address) === 4) return address.startsWith("127.");
  return isIP(address) === 6 ? address === "::1" : address === "localhost";
}

/**
 * ComfyUI's only protection against other web sites: a request to a loopback Host whose Origin is another host is
 * refused with 403.
 */
function hasForeignOrigin(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  if (host === undefined || origin === undefined) return false;
  const own = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
  const other = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!own || !other || other.host === "" || !isLoopback(own.hostname)) return false;
  const hasPort = (authority: string): boolean => /:\d+$/.test(authority);
  const bothHavePorts = hasPort(host) && hasPort(origin);
  return bothHavePorts ? own.host !== other.host : own.hostname !== other.hostname;
}

async function send(response: ServerResponse, reply: Reply, withBody: boolean): Promise<void> {
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (reply.file !== undefined) {
    const { size, mtime } = statSync(reply.file);
    response.setHeader("Content-Length", size);
    response.setHeader("Last-Modified", mtime.toUTCString());
    response.writeHead(reply.status);
    if (withBody) await pipeline(createReadStream(reply.file), response);
    else response.end();
    return;
  }
  if (reply.body !== undefined) response.setHeader("Content-Length", Buffer.byteLength(reply.body));
  response.writeHead(reply.status);
  response.end(withBody ? reply.body : undefined);
}

/** A server with ComfyUI's API. It does nothing until `listen`. */
export function createStandIn(options: StandInOptions): StandIn {
  const folders = new Folders(options.baseDirectory);
  folders.prepare();
  const logs = new LogBuffer();
  const log = (line: string): void => {
    logs.add(line);
    options.log?.(line);
  };

  const queueInfo = () => ({ exec_info: { queue_remaining: queue.remaining() } });
  const queue: PromptQueue = new PromptQueue(() =>
    sockets.send("status", { status: queueInfo() }, undefined),
  );
  const sockets: Sockets = new Sockets({
    queueInfo,
    runningNode: (clientId) => executor.runningNode(clientId),
  });
  const stepMilliseconds = options.stepMilliseconds ?? DEFAULT_STEP_MILLISECONDS;
  const executor: Executor = new Executor({ folders, queue, sockets, stepMilliseconds, log });
  const context: Context = {
    folders,
    queue,
    executor,
    logs,
    log,
    queueInfo,
    argv: options.argv ?? [],
    counter: 0n,
  };

  async function answer(request: IncomingMessage): Promise<Reply> {
    if (hasForeignOrigin(request)) return empty(403);
    if (request.method === "OPTIONS") return empty(200);
    const target = parseTarget(request.url ?? "");
    if (!target) return standardError(400);
    const match = matchRoute(request.method ?? "", target.segments);
    if ("allowed" in match) {
      if (match.allowed.length > 0) return standardError(405, { Allow: match.allowed.join(",") });
      // Not aiohttp's own page: ComfyUI's front end has no such file.
      return { ...empty(404), headers: { "Content-Type": "application/octet-stream" } };
    }
    try {
      return await match.route.handle(new StandInRequest(request, match.parameters, target.query), context);
    } catch (error) {
      if (error instanceof HttpError) return error.reply;
      log(`Error handling request: ${error instanceof Error ? error.message : String(error)}`);
      return standardError(500);
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    options.onRequest?.(request);
    await send(response, await answer(request), request.method !== "HEAD");
  }

  function upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void {
    options.onRequest?.(request);
    const target = parseTarget(request.url ?? "");
    const path = target?.segments.join("/");
    const status = hasForeignOrigin(request) ? 403 : path === "ws" || path === "api/ws" ? 101 : 404;
    if (status === 101) {
      sockets.accept(request, connection, head, target?.query.get("clientId") ?? "");
    } else {
      connection.on("error", () => connection.destroy());
      connection.end(`HTTP/1.1 ${status} \r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
  }

  const server: Server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      log(`connection lost: ${error.message}`);
      response.destroy();
    });
  });
  server.on("upgrade", upgrade);
  server.on("clientError", (_error, connection) => {
    if (connection.writable) connection.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  let work: Promise<void> = Promise.resolve();

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, host, () => {
          server.off("error", reject);
          work = executor.work();
          resolve(server.address() as AddressInfo);
        });
      }),
    close: async () => {
      executor.close();
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, work]);
    },
  };
}
