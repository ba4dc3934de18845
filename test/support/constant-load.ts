import { Agent, type RequestOptions, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { type Call, type Protocol, send } from "./gateway-client";
import type { GatewayPod } from "./gateway-pod";

/** Headers that authenticate the next request; asked for before each, so that a client can change over. */
export type Presents = () => [name: string, value: string][];

/** How a client uses its connections: a new one for each request, one it keeps, or streams of one. */
export type Manner = "new connections" | "keep-alive" | "HTTP/2";

/** Longest pause between two requests of a client, so that some meet every moment of a change. */
const PAUSE_MS = 8;

/**
 * Clients that never stop: requests in every manner, and WebSockets with traffic. Nothing is tried again, except what
 * HTTP/2 says was not taken (RFC 9113, 6.8): a request is answered with 200 or it is dropped.
 */
export class ConstantLoad {
  readonly #pod: GatewayPod;
  readonly #loops: Promise<void>[] = [];
  readonly #sockets: { socket: WebSocket; sent: number; echoed: number; name: string }[] = [];
  readonly #dropped: string[] = [];
  readonly #answered = new Map<string, number>();
  #running = true;

  constructor(pod: GatewayPod) {
    this.#pod = pod;
  }

  /** Starts a client. `tls` adds to its connections: a client certificate. */
  add(
    name: string,
    manner: Manner,
    presents: Presents,
    calls: readonly Call[],
    tls: RequestOptions = {},
  ): void {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const once = (call: Call): Promise<number> => {
      const complete = { ...call, headers: [...(call.headers ?? []), ...presents()] };
      if (manner === "keep-alive") return keptAlive(this.#pod, agent, complete, tls);
      const protocol: Protocol = manner === "HTTP/2" ? "HTTP/2" : "HTTP/1.1";
      return send(this.#pod, protocol, complete).then(({ status }) => status);
    };
    const label = `${name}, ${manner}`;
    this.#answered.set(label, 0);
    const loop = async () => {
      for (let turn = 0; this.#running; turn++) {
        const call = calls[turn % calls.length] ?? { target: "/" };
        const outcome = await once(call).catch((error: Error) => error.message);
        if (outcome === 200) this.#answered.set(label, (this.#answered.get(label) ?? 0) + 1);
        else this.#dropped.push(`${label}: ${call.method ?? "GET"} ${call.target}: ${outcome}`);
        await sleep(Math.random() * PAUSE_MS);
      }
      agent.destroy();
    };
    this.#loops.push(loop());
  }

  /** Opens a WebSocket that sends and awaits echoes until the end. */
  async addSocket(name: string, presents: Presents, tls: RequestOptions = {}): Promise<void> {
    const options = { ca: this.#pod.ca, headers: Object.fromEntries(presents()), ...tls };
    const socket = new WebSocket(`wss://localhost:${this.#pod.port}/ws`, options as WebSocket.ClientOptions);
    await new Promise((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("error", reject);
    });
    const entry = { socket, sent: 0, echoed: 0, name };
    this.#sockets.push(entry);
    socket.on("message", () => {
      entry.echoed++;
    });
    socket.on("close", () => {
      if (this.#running) this.#dropped.push(`${name}: its socket was closed`);
    });
    const loop = async () => {
      while (this.#running && socket.readyState === WebSocket.OPEN) {
        socket.send(`${entry.sent++}`);
        await sleep(Math.random() * 4 * PAUSE_MS);
      }
    };
    this.#loops.push(loop());
  }

  /** What was not answered with 200, and sockets that were closed, since the start. */
  get dropped(): readonly string[] {
    return this.#dropped;
  }

  /** Answers of the client that has had the fewest. */
  get fewest(): number {
    return Math.min(...this.#answered.values());
  }

  get answered(): number {
    return [...this.#answered.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Messages that were sent and have not come back. */
  get unechoed(): number {
    return this.#sockets.reduce((sum, { sent, echoed }) => sum + sent - echoed, 0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loops);
  }

  close(): void {
    for (const { socket } of this.#sockets) socket.terminate();
  }
}

/** A request on the agent's one connection; what breaks off is not sent again. */
function keptAlive(pod: GatewayPod, agent: Agent, call: Call, tls: RequestOptions): Promise<number> {
  const { method = "GET", target, headers = [], body } = call;
  const options = { host: "127.0.0.1", port: pod.port, servername: "localhost", ca: pod.ca, agent, ...tls };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...options,
        method,
        path: target,
        headers: { Host: `localhost:${pod.port}`, ...Object.fromEntries(headers) },
      },
      (answer) => {
        answer.on("error", reject);
        answer.on("end", () => resolve(answer.statusCode ?? 0));
        answer.resume();
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
