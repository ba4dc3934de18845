import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { refusalMessage } from "./answer";
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

/** All open WebSockets, each with the request that opened it, so that a revoked client loses its own. */
export class Tunnels {
  readonly #open = new Set<Tunnel>();

  /** Joins an upgrade request of an allowed client to ComfyUI, byte for byte. */
  open(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    request: GatewayRequest,
    principal: Principal,
  ): void {
    const fault = clientIdFault(incoming.url ?? "");
    if (fault) {
      refuseUpgrade(socket, fault);
      return;
    }
    const onward = upstreamRequest(
      incoming.url ?? "/",
      "GET",
      { ...forwardedHeaders(incoming.headers), Connection: "Upgrade", Upgrade: "websocket" },
      false,
    );
    socket.on("error", () => onward.destroy());
    socket.on("close", () => onward.destroy());
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
      const tunnel: Tunnel = {
        request,
        principal,
        close: () => {
          socket.destroy();
          upstream.destroy();
        },
      };
      this.#open.add(tunnel);
      const end = () => {
        this.#open.delete(tunnel);
        tunnel.close();
      };
      for (const side of [socket, upstream]) {
        side.on("error", end);
        side.on("close", end);
      }
      upstream.write(head);
      socket.write(upstreamHead);
      socket.pipe(upstream).pipe(socket);
    });
    onward.end();
  }

  /** Closes every socket whose opening would no longer be allowed. */
  async closeUnless(stillAllowed: (request: GatewayRequest) => Promise<boolean>): Promise<void> {
    for (const tunnel of [...this.#open]) {
      if (!(await stillAllowed(tunnel.request))) tunnel.close();
    }
  }

  closeAll(): void {
    for (const tunnel of this.#open) tunnel.close();
  }
}

/**
 * ComfyUI pops the socket that had a clientId before, and takes the first of several. One at most; the binding of a
 * clientId to its client belongs here too.
 */
function clientIdFault(target: string): Refusal | undefined {
  const query = new URLSearchParams(target.includes("?") ? target.slice(target.indexOf("?") + 1) : "");
  return query.getAll("clientId").length > 1
    ? refusal(400, "duplicate_argument", "The argument clientId is there more than once.")
    : undefined;
}

export function refuseUpgrade(socket: Duplex, refused: Refusal): void {
  socket.end(refusalMessage(refused));
}
