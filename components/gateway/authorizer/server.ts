import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { PORT } from "../../shared/pod-layout";
import { HANDOVER } from "../handover";
import { type Access, judge, type Verdict } from "./access";
import { answerRefusal, answerVerdict } from "./answer";
import { ClientBinding } from "./client-binding";
import { ClientLimiter, DEFAULT_PROMPT_LIMIT, FailedAuthentications } from "./limits";
import { parseAuthorization } from "./methods/authorization";
import type { Principal } from "./principal";
import { handlePrompt } from "./prompt";
import { type Refusal, refusal } from "./refusal";
import { type GatewayRequest, readRequest } from "./request";
import { refuseUpgrade, Tunnels } from "./tunnels";
import { UploadRelay } from "./upload-relay";

/** Path of the generation in force, for `apply`. nginx never asks without a purpose, so no client reaches it. */
export const GENERATION_PATH = "/generation";

const UNCONFIGURED = refusal(503, "unavailable", "The gateway has no configuration yet.");
const NOT_NGINX = refusal(400, "bad_request", "Only the gateway's nginx may ask.");
const NO_HANDLER = refusal(500, "internal_error", "The authorizer does not handle this route.");
const NEEDS_UPGRADE = refusal(400, "upgrade_needed", "This route takes WebSocket upgrades only.");

/** nginx takes up to 32 KiB of headers from a client, and a client certificate comes on top. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Sockets are judged anew this often, since what opened them may expire. */
const RECHECK_MS = 30_000;

/** The authorizer. Refuses everything until it has a configuration. */
export class Authorizer {
  readonly #server: Server;
  readonly #binding = new ClientBinding();
  readonly #tunnels = new Tunnels(this.#binding, async (request) => {
    return this.#access !== undefined && (await judge(this.#access, request)).allowed;
  });
  /** These outlive the configuration: a swap gives nobody a second budget. */
  readonly #uploads = new UploadRelay();
  readonly #prompts = new ClientLimiter();
  #failures: FailedAuthentications | undefined;
  #access: Access | undefined;

  constructor() {
    this.#server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (incoming, response) => {
      this.#handle(incoming, response).catch((error) => fail(error, () => response.destroy()));
    });
    this.#server.on("upgrade", (incoming, socket, head) => {
      socket.on("error", () => socket.destroy());
      this.#upgrade(incoming, socket, head).catch((error) => fail(error, () => socket.destroy()));
    });
    // Longer than nginx keeps its idle connections, so that nginx is always the one who closes.
    this.#server.keepAliveTimeout = 75_000;
    setInterval(() => {
      this.#tunnels.recheck().catch((error) => fail(error, () => {}));
    }, RECHECK_MS).unref();
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      // Loopback only: the authorizer believes whoever reaches it.
      this.#server.listen(PORT.authorizer, "127.0.0.1", resolve);
    });
  }

  /** WebSockets that are open. */
  get openSockets(): number {
    return this.#tunnels.size;
  }

  /** By what it judges, undefined before the first configuration. */
  get access(): Access | undefined {
    return this.#access;
  }

  /** Judges by this configuration from now on; sockets of those it no longer lets in are closed. */
  async use(access: Access): Promise<void> {
    this.#access = access;
    const { failedAuthenticationsPerMinute } = access.configuration;
    if (this.#failures?.perMinute !== failedAuthenticationsPerMinute) {
      this.#failures = new FailedAuthentications(failedAuthenticationsPerMinute);
    }
    await this.#tunnels.recheck();
  }

  /** Lets requests in flight finish; sockets end now. */
  close(): Promise<void> {
    this.#tunnels.closeAll();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const purpose = incoming.headers[HANDOVER.purpose.toLowerCase()];
    if (purpose === undefined && incoming.url === GENERATION_PATH) {
      response.end(this.#access?.generation ?? "");
      return;
    }
    const request = readRequest(incoming.headers);
    if (!request || (purpose !== "verify" && purpose !== "handle")) {
      answerRefusal(response, NOT_NGINX);
      return;
    }
    const access = this.#access;
    if (!access) {
      answerRefusal(response, UNCONFIGURED);
      return;
    }
    const verdict = this.#counted(await judge(access, request), request);
    if (purpose === "verify") {
      answerVerdict(response, verdict);
    } else if (!verdict.allowed) {
      answerRefusal(response, verdict.refusal);
    } else if (request.route?.id === "prompt") {
      const objection = this.#promptLimit(request, verdict.principal, access);
      if (objection) answerRefusal(response, objection);
      else await handlePrompt(incoming, response, request, verdict.principal, access, this.#binding);
    } else if (request.route?.id === "upload-image") {
      await this.#uploads.handle("image", incoming, response, verdict.principal);
    } else if (request.route?.id === "upload-mask") {
      await this.#uploads.handle("mask", incoming, response, verdict.principal);
    } else {
      answerRefusal(response, request.route?.payload === "socket" ? NEEDS_UPGRADE : NO_HANDLER);
    }
  }

  /** The same verdict, unless the address has had too many that name no client. */
  #counted(verdict: Verdict, { address, credentials }: GatewayRequest): Verdict {
    if (verdict.allowed || verdict.principal) return verdict;
    const isPresented = Object.values(credentials).some((credential) => credential !== undefined);
    const retryAfter = this.#failures?.count(address, isPresented);
    if (retryAfter === undefined) return verdict;
    const message = "Too many requests of this address have had no valid credential: try again later.";
    return { allowed: false, refusal: refusal(429, "too_many_failures", message, { retryAfter }) };
  }

  /**
   * Counts every POST of a verified client, before its body is read: what is refused by the inspection costs work too,
   * and whoever tries things out is slowed down.
   */
  #promptLimit({ method }: GatewayRequest, { client }: Principal, access: Access): Refusal | undefined {
    if (method !== "POST") return undefined;
    // Who comes with a token of another issuer is no client of the settings.
    const admission = this.#prompts.take(client, access.promptLimits.get(client) ?? DEFAULT_PROMPT_LIMIT);
    if (admission.admitted) return undefined;
    if (admission.reason === "rate") {
      const retryAfter = admission.retryAfterSeconds;
      return refusal(429, "rate_limited", "You have sent too many prompts: try again later.", { retryAfter });
    }
    const message = "The gateway keeps count of no more clients: try again shortly.";
    return refusal(503, "unavailable", message, { retryAfter: 1 });
  }

  async #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const verdict = await this.#judgeUpgrade(incoming);
    if ("status" in verdict) refuseUpgrade(socket, verdict);
    else this.#tunnels.open(incoming, socket, head, verdict.request, verdict.principal);
  }

  async #judgeUpgrade(
    incoming: IncomingMessage,
  ): Promise<Refusal | { request: GatewayRequest; principal: Principal }> {
    const request = readRequest(incoming.headers);
    if (!request || incoming.headers[HANDOVER.purpose.toLowerCase()] !== "handle") return NOT_NGINX;
    if (!this.#access) return UNCONFIGURED;
    if (request.route?.payload !== "socket") return NO_HANDLER;
    const verdict = this.#counted(await judge(this.#access, request), request);
    return verdict.allowed
      ? { request: lasting(request, verdict.startsSession), principal: verdict.principal }
      : verdict.refusal;
  }
}

/**
 * The request as a socket remembers it, to be judged again and again: a session in place of the password, which would
 * have to be hashed each time.
 */
function lasting(request: GatewayRequest, startsSession: string | undefined): GatewayRequest {
  const { credentials } = request;
  const session = startsSession?.split(";")[0] ?? credentials.session;
  const { scheme } = parseAuthorization(credentials.authorization ?? "");
  if (session === undefined || scheme !== "basic") return request;
  // Where it came from was judged at its opening; a program may have said nothing of it.
  const fetchSite = request.fetchSite ?? "none";
  return { ...request, fetchSite, credentials: { ...credentials, session, authorization: undefined } };
}

/** A client that goes away while it sends is no news; all else is a defect, which the log sees and no client. */
function fail(error: unknown, end: () => void): void {
  if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") console.error("authorizer:", error);
  end();
}
