import { isClientId } from "./inspection/envelope";
import type { Clock } from "./limits";
import { parseQuery, queryOf } from "./query";
import { type Refusal, refusal } from "./refusal";

/** Who a clientId belongs to: a client of a tenant. */
export interface Owner {
  readonly client: string;
  readonly tenant: string;
}

/** One use of a clientId. A socket holds it open until it closes; a submission lets it go at once. */
export interface Hold {
  release(): void;
}

export interface BindingLimits {
  /** Time after its last use in which a clientId is still its owner's. Defaults to a day. */
  readonly idleMs?: number;
  /** clientIds of one owner; the one it has longest not used makes room. Defaults to 1,000. */
  readonly perOwner?: number;
  /** clientIds of all; then new ones are refused. Defaults to 100,000. */
  readonly inAll?: number;
}

interface Claim {
  readonly owner: string;
  holders: number;
  usedAt: number;
}

/**
 * Binds each clientId to the first verified client that uses it, in POST /prompt or on /ws.
 *
 * ComfyUI knows no owners: a second socket with a clientId takes the events of the first. Browsers make the id up, so a
 * prefix cannot be asked for; whoever comes first has it. Ids are random and shown to admins only, so coming first with
 * another's means guessing. An id is free again when it has no socket and was idle for long; a restart forgets
 * everything, and closes every socket. Admins are bound like everybody: one who wants to watch reads /queue and
 * /history, without cutting a client off.
 */
export class ClientBinding {
  /** In order of use, the longest unused first. */
  readonly #claims = new Map<string, Claim>();
  /** By owner, in order of use. */
  readonly #owned = new Map<string, Set<string>>();
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #perOwner: number;
  readonly #inAll: number;

  constructor(clock: Clock = () => performance.now(), limits: BindingLimits = {}) {
    this.#clock = clock;
    this.#idleMs = limits.idleMs ?? 86_400_000;
    this.#perOwner = limits.perOwner ?? 1000;
    this.#inAll = limits.inAll ?? 100_000;
  }

  /** clientIds that are bound. */
  get size(): number {
    return this.#claims.size;
  }

  /** Uses a clientId for its owner, or says why not. Release the hold when the socket closes or the prompt is sent. */
  use(clientId: string, { client, tenant }: Owner): Hold | Refusal {
    const now = this.#clock();
    this.#dropIdle(now);
    const owner = JSON.stringify([tenant, client]);
    let claim = this.#claims.get(clientId);
    if (claim && claim.owner !== owner && this.#isIdle(claim, now)) {
      this.#forget(clientId, claim);
      claim = undefined;
    }
    if (claim && claim.owner !== owner) {
      return refusal(403, "foreign_client_id", "This clientId belongs to another client; use a new UUID.");
    }
    if (!claim) {
      const fault = this.#makeRoom(owner);
      if (fault) return fault;
      claim = { owner, holders: 0, usedAt: now };
    }
    const used = claim;
    used.holders++;
    this.#touch(clientId, used, now);
    let isHeld = true;
    return {
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        used.holders--;
        this.#touch(clientId, used, this.#clock());
      },
    };
  }

  #touch(clientId: string, claim: Claim, now: number): void {
    claim.usedAt = now;
    this.#claims.delete(clientId);
    this.#claims.set(clientId, claim);
    const owned = this.#owned.get(claim.owner) ?? new Set();
    owned.delete(clientId);
    this.#owned.set(claim.owner, owned.add(clientId));
  }

  #isIdle(claim: Claim, now: number): boolean {
    return claim.holders === 0 && now - claim.usedAt >= this.#idleMs;
  }

  /** A few at every use: the cost of one does not depend on how many there are. */
  #dropIdle(now: number): void {
    let looked = 0;
    for (const [clientId, claim] of this.#claims) {
      if (looked++ === 2 || now - claim.usedAt < this.#idleMs) return;
      if (claim.holders === 0) this.#forget(clientId, claim);
      else this.#touch(clientId, claim, now);
    }
  }

  #makeRoom(owner: string): Refusal | undefined {
    const owned = this.#owned.get(owner);
    if (owned && owned.size >= this.#perOwner) {
      for (const clientId of owned) {
        const claim = this.#claims.get(clientId);
        if (claim?.holders === 0) {
          this.#forget(clientId, claim);
          return undefined;
        }
      }
      return refusal(429, "too_many_client_ids", "All your clientIds have open sockets; close some.");
    }
    return this.#claims.size >= this.#inAll
      ? refusal(503, "unavailable", "The gateway keeps no more clientIds; try again later.")
      : undefined;
  }

  #forget(clientId: string, claim: Claim): void {
    this.#claims.delete(clientId);
    const owned = this.#owned.get(claim.owner);
    owned?.delete(clientId);
    if (owned?.size === 0) this.#owned.delete(claim.owner);
  }
}

export function isRefused(outcome: Hold | Refusal): outcome is Refusal {
  return "status" in outcome;
}

/**
 * The clientId of a WebSocket's request target. `undefined` in the answer: there is none, and ComfyUI makes up a random
 * one.
 */
export function socketClientId(target: string): { readonly clientId: string | undefined } | Refusal {
  const query = parseQuery(queryOf(target));
  if ("status" in query) return query;
  const clientId = query.get("clientId");
  if (clientId === undefined || clientId === "") return { clientId: undefined };
  return isClientId(clientId)
    ? { clientId }
    : refusal(
        400,
        "invalid_client_id",
        "The clientId must be a string of 1 to 128 letters, digits and . _ : @ -",
      );
}
