import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { refusalMessage } from "./answer";
import { type ClientBinding, isRefused, socketClientId } from "./client-binding";
import { OpenCounter } from "./limits";
import type { Principal } from "./principal";
import { type Refusal, refusal } from "./refusal";
import type { GatewayRequest } from "./request";
import { answerHeaders, forwardedHeaders, upstreamRequest } from "./upstream";

/** An open WebSocket between a client and ComfyUI. */
interface Tunnel {
  readonly request: GatewayRequest;
  readonly principal: Principal;
  close(): void;
}

/** A browser's tabs and some more. */
const SOCKETS_PER_CLIENT = 16;
/** What Node's timers can count; a socket does not live as long. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A timer may be a moment ahead of the clock. */
const TIMER_SLACK_MS = 20;
/** nginx has connections for twice as many on both sides. */
const SOCKETS_IN_ALL = 2048;

/** All open WebSockets, each with the request that opened it, so that a revoked client loses its own. */
export class Tunnels {
  readonly #open = new Set<Tunnel>();
  readonly #places = new OpenCounter(SOCKETS_PER_CLIENT, SOCKETS_IN_ALL);
  readonly #binding: ClientBinding;
  readonly #stillAllowed: (request: GatewayRequest) => Promise<boolean>;

  /** @param stillAllowed whether a socket may stay that this request has opened */
  constructor(binding: ClientBinding, stillAllowed: (request: GatewayRequest) => Promise<boolean>) {
    this.#binding = binding;
    this.#stillAllowed = stillAllowed;
  }

  /** WebSockets that are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Joins an upgrade request of an allowed client to ComfyUI, byte for byte. */
  open(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    request: GatewayRequest,
    principal: Principal,
  ): void {
    // A client that is gone by now closes nothing any more.
    if (socket.destroyed) return;
    const release = this.#admit(incoming.url ?? "", principal);
    if (typeof release !== "function") {
      refuseUpgrade(socket, release);
      return;
    }
    socket.on("close", release);
    const onward = upstreamRequest(
      incoming.url ?? "/",
      "GET",
      { ...forwardedHeaders(incoming.headers), Connection: "Upgrade", Upgrade: "websocket" },
      false,
    );
    const abandon = () => onward.destroy();
    socket.on("error", abandon).on("close", abandon);
    onward.on("error", () =>
      refuseUpgrade(
        socket,
        refusal(502, "comfyui_unreachable", "ComfyUI does not answer: it is starting, or has stopped."),
      ),
    );
    onward.on("response", (answer) => {
      answer.resume();
      const message = `ComfyUI answered the upgrade with status ${answer.statusCode}.`;
      refuseUpgrade(socket, refusal(502, "upgrade_refused", message));
    });
    onward.on("upgrade", (answer, upstream, upstreamHead) => {
      const headers = Object.entries(answerHeaders(answer)).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${headers.join("")}\r\n`,
      );
      socket.off("error", abandon).off("close", abandon);
      this.#join(socket, upstream, request, principal);
      upstream.write(head);
      socket.write(upstreamHead);
    });
    onward.end();
  }

  /** Apart from the opening, so that an open socket does not keep its requests and answers in memory. */
  #join(socket: Duplex, upstream: Duplex, request: GatewayRequest, principal: Principal): void {
    const tunnel: Tunnel = {
      request,
      principal,
      close: () => {
        socket.destroy();
        upstream.destroy();
      },
    };
    this.#open.add(tunnel);
    const expiry = this.#recheckAtExpiry(tunnel);
    const end = () => {
      clearTimeout(expiry);
      this.#open.delete(tunnel);
      tunnel.close();
    };
    for (const side of [socket, upstream]) {
      side.on("error", end);
      side.on("close", end);
    }
    socket.pipe(upstream).pipe(socket);
  }

  /** A place for the client's socket, and its clientId for as long; what comes back frees both. */
  #admit(target: string, principal: Principal): (() => void) | Refusal {
    const named = socketClientId(target);
    if ("status" in named) return named;
    const free = this.#places.open(principal.client);
    if (!free) {
      const message = `You have ${SOCKETS_PER_CLIENT} WebSockets open, or all clients together too many: close some.`;
      return refusal(429, "too_many_sockets", message, { retryAfter: 60 });
    }
    if (named.clientId === undefined) return free;
    const hold = this.#binding.use(named.clientId, principal);
    if (isRefused(hold)) {
      free();
      return hold;
    }
    return () => {
      hold.release();
      free();
    };
  }

  /** Closes every socket whose opening would no longer be allowed. */
  async recheck(): Promise<void> {
    for (const tunnel of [...this.#open]) await this.#closeUnlessAllowed(tunnel);
  }

  async #closeUnlessAllowed(tunnel: Tunnel): Promise<void> {
    if (!(await this.#stillAllowed(tunnel.request))) tunnel.close();
  }

  /** Looks at it when what opened it ends, not only when all are looked at. */
  #recheckAtExpiry(tunnel: Tunnel): NodeJS.Timeout | undefined {
    const { expiresAt } = tunnel.principal;
    if (expiresAt === undefined) return undefined;
    const delayMs = expiresAt * 1000 - Date.now() + TIMER_SLACK_MS;
    if (delayMs > LONGEST_TIMER_MS) return undefined;
    return setTimeout(() => {
      this.#closeUnlessAllowed(tunnel).catch(() => tunnel.close());
    }, delayMs);
  }

  closeAll(): void {
    for (const tunnel of this.#open) tunnel.close();
  }
}

export function refuseUpgrade(socket: Duplex, refused: Refusal): void {
  socket.end(refusalMessage(refused));
}
