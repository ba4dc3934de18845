import { createHmac, randomBytes } from "node:crypto";
import type { Role } from "../../routes";
import { AttemptLimiter } from "./attempt-limiter";
import { decodeBase64 } from "./base64";
import { BoundedQueue } from "./bounded-queue";
import { addressGroup } from "./client-address";
import { LruMap } from "./lru-map";
import {
  DEFAULT_COST,
  type ParsedRecord,
  parseRecord,
  passwordMatches,
  recordFingerprint,
} from "./password-record";

/** One person who signs in to the web UI. */
export interface BasicAccount {
  readonly userName: string;
  readonly client: string;
  readonly role: Role;
  /** Password records as `passwordRecord` makes them: the current one, and while it is being retired the previous. */
  readonly records: readonly string[];
}

/** Who signed in, and with which record (`recordFingerprint`): a session is issued for both. */
export interface BasicPrincipal {
  readonly client: string;
  readonly role: Role;
  readonly credential: string;
}

export type BasicRefusal =
  | { readonly refused: "malformed" | "wrong credentials" }
  | { readonly refused: "too many attempts" | "busy"; readonly retryAfterSeconds: number };

/**
 * Checks the base64 text of one Basic credential that came from `address`.
 *
 * A browser repeats the credential with every request after sign-in, so the pair of address and credential that was
 * right is remembered for five minutes and costs no second hash.
 */
export type BasicVerifier = (credentials: string, address: string) => Promise<BasicPrincipal | BasicRefusal>;

/** Value of `WWW-Authenticate` with a 401. */
export const BASIC_CHALLENGE = 'Basic realm="comfy-fortress", charset="UTF-8"';

const MAX_CREDENTIALS_LENGTH = 1024;
const CONTROL_CHARACTER = /\p{Cc}/u;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const WINDOW_SECONDS = 60;
const LIMITER_CAPACITY = 10_000;
const FAILURES_PER_ADDRESS = 10;
/** More than for one address, so that somebody else's guesses do not lock the owner out at once. */
const FAILURES_PER_USER_NAME = 30;
/** Half of libuv's four threads: verifying signatures must not wait behind passwords. */
const HASHES_AT_ONCE = 2;
const HASHES_WAITING = 16;
const BUSY_RETRY_SECONDS = 5;
const REMEMBERED_CREDENTIALS = 1_000;
const REMEMBERED_MILLISECONDS = 5 * 60 * 1000;

/** User name and password of a Basic credential (RFC 7617), or undefined where it is malformed. */
export function parseBasic(credentials: string): { userName: string; password: string } | undefined {
  const bytes = credentials.length <= MAX_CREDENTIALS_LENGTH ? decodeBase64(credentials) : undefined;
  const text = bytes && decodeUtf8(bytes);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon < 1 || CONTROL_CHARACTER.test(text)) return undefined;
  return { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

interface ReadyAccount {
  readonly account: BasicAccount;
  readonly records: readonly ParsedRecord[];
}

/**
 * Makes the verifier; it keeps the counts of failures, so one lives as long as the accounts do not change.
 *
 * @param clock milliseconds, as `Date.now`
 * @throws Error where an account has a bad record, none, another's user name, or a record of another cost
 */
export function createBasicVerifier(accounts: readonly BasicAccount[], clock: () => number): BasicVerifier {
  const limits = { windowSeconds: WINDOW_SECONDS, capacity: LIMITER_CAPACITY };
  const addresses = new AttemptLimiter({ ...limits, failures: FAILURES_PER_ADDRESS }, clock);
  const userNames = new AttemptLimiter({ ...limits, failures: FAILURES_PER_USER_NAME }, clock);
  const queue = new BoundedQueue(HASHES_AT_ONCE, HASHES_WAITING);
  const remembered = new LruMap<{ principal: BasicPrincipal; until: number }>(REMEMBERED_CREDENTIALS);
  const rememberKey = randomBytes(32);
  const ready = readyAccounts(accounts);
  const checkPassword = passwordChecker(ready);

  return async (credentials, address) => {
    const parsed = parseBasic(credentials);
    if (parsed === undefined) return { refused: "malformed" };
    const group = addressGroup(address);

    // Asked even before what is remembered, or an address that is shut out could go on guessing there.
    const byAddress = addresses.take(group);
    if (!byAddress.allowed) return tooMany(byAddress.retryAfterSeconds);
    const memory = createHmac("sha256", rememberKey).update(`${group} ${credentials}`).digest("base64url");
    const known = remembered.get(memory);
    if (known !== undefined && known.until > clock()) {
      byAddress.giveBack();
      return known.principal;
    }

    const byUserName = userNames.take(parsed.userName);
    if (!byUserName.allowed) return tooMany(byUserName.retryAfterSeconds);
    const giveBack = () => {
      byAddress.giveBack();
      byUserName.giveBack();
    };
    const checking = queue.run(() => checkPassword(parsed.userName, parsed.password));
    if (checking === undefined) {
      giveBack();
      return { refused: "busy", retryAfterSeconds: BUSY_RETRY_SECONDS };
    }
    const principal = await checking;
    if (principal === undefined) return { refused: "wrong credentials" };
    giveBack();
    remembered.set(memory, { principal, until: clock() + REMEMBERED_MILLISECONDS });
    return principal;
  };
}

function tooMany(retryAfterSeconds: number): BasicRefusal {
  return { refused: "too many attempts", retryAfterSeconds };
}

function readyAccounts(accounts: readonly BasicAccount[]): ReadonlyMap<string, ReadyAccount> {
  const ready = new Map<string, ReadyAccount>();
  for (const account of accounts) {
    const name = JSON.stringify(account.userName);
    if (ready.has(account.userName)) throw new Error(`Two accounts have the user name ${name}; rename one.`);
    if (account.records.length === 0) throw new Error(`Account ${name} has no password record; give it one.`);
    ready.set(account.userName, { account, records: account.records.map(parseRecord) });
  }
  // A dearer record would tell by its time that its account exists.
  const costs = [...ready.values()].flatMap(({ records }) => records.map(({ cost }) => JSON.stringify(cost)));
  if (new Set(costs).size > 1) {
    throw new Error(`Password records differ in cost (${costs.join(", ")}); make all with the same.`);
  }
  return ready;
}

/**
 * Compares a password with every record of its account. Each attempt costs the same number of hashes, with a made-up
 * record where the account has fewer or does not exist, so time does not tell who does.
 */
function passwordChecker(accounts: ReadonlyMap<string, ReadyAccount>) {
  const all = [...accounts.values()].map(({ records }) => records);
  const hashes = Math.max(1, ...all.map((records) => records.length));
  const { cost = DEFAULT_COST } = all.flat().at(0) ?? {};
  const decoy: ParsedRecord = { cost, salt: randomBytes(16), hash: randomBytes(32) };

  return async (userName: string, password: string): Promise<BasicPrincipal | undefined> => {
    const found = accounts.get(userName);
    let principal: BasicPrincipal | undefined;
    for (let index = 0; index < hashes; index += 1) {
      const matches = await passwordMatches(password, found?.records[index] ?? decoy);
      const record = found?.account.records[index];
      if (matches && found && record !== undefined) {
        const { client, role } = found.account;
        principal = { client, role, credential: recordFingerprint(record) };
      }
    }
    return principal;
  };
}
