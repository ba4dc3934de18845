/**
 * Every credential and certificate is changed while clients of every method go on asking, in every manner, and keep
 * WebSockets open: none of their requests is dropped, none of their sockets closed, and what is retired is out within
 * 5 seconds. Needs Docker.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import type { AuthorizerClient, SessionKeys } from "../../components/gateway/authorizer/render";
import { type IssuedIdentity, TestCa } from "../support/client-certificates";
import { ConstantLoad, type Manner } from "../support/constant-load";
import { type Call, type Identity, openTls, send } from "../support/gateway-client";
import { digest, eventually, GatewayPod, newKey, UNLIMITED } from "../support/gateway-pod";
import { claims, type TokenSigner, token, tokenSigner } from "../support/tokens";

type Headers = [string, string][];

/** What each of a client's credentials is now, and what may still be used besides. The first one is the current one. */
interface Credentials {
  keys: string[];
  passwords: string[];
  signers: TokenSigner[];
  identities: IssuedIdentity[];
}

const MANNERS: Manner[] = ["new connections", "keep-alive", "HTTP/2"];
const record = (password: string) => passwordRecord(password, randomBytes(16), { N: 2 ** 14, r: 8, p: 1 });
const basic = (name: string, password: string): Headers => [
  ["Authorization", `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`],
];
const bearer = (signer: TokenSigner): Headers => [["Authorization", `Bearer ${token(signer, claims())}`]];

let pod: GatewayPod;
let load: ConstantLoad;
let ca: TestCa;
/** Of the clients whose credentials change, and of those whose stay. */
let changing: Credentials;
let steady: Credentials;
let session: SessionKeys;
const records = new Map<string, string>();

beforeAll(async () => {
  pod = await GatewayPod.start();
  ca = await TestCa.create();
  session = { key: randomBytes(32).toString("hex") };
  changing = await credentials("changing", 1);
  steady = await credentials("steady", 1);
  expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
  apply();
  await startLoad();
}, 300_000);
afterAll(async () => {
  await load?.stop();
  load?.close();
  pod?.stop();
});

async function credentials(owner: string, generation: number): Promise<Credentials> {
  return {
    keys: [newKey()],
    passwords: [`violet tundra kettle ${owner} ${generation}`],
    signers: [tokenSigner(`${owner}-${generation}`, "ES256", `${owner}-token`, "user")],
    identities: [await ca.issue(`CN=${owner}-certificate`)],
  };
}

/** One client for each credential, so that each is changed by itself. */
function clientsOf(owner: string, { keys, passwords, identities }: Credentials): AuthorizerClient[] {
  const client = (
    method: "apiKey" | "basic" | "jwt" | "mtls",
    part: string,
    more = {},
  ): AuthorizerClient => ({
    name: `${owner}-${part}`,
    role: "user",
    methods: [method],
    apiKeyDigests: [],
    ...UNLIMITED,
    ...more,
  });
  const recordOf = (password: string) => {
    if (!records.has(password)) records.set(password, record(password));
    return records.get(password);
  };
  return [
    client("apiKey", "key", { apiKeyDigests: keys.map(digest) }),
    client("basic", "password", { passwordRecords: passwords.map(recordOf) }),
    client("jwt", "token"),
    client("mtls", "certificate", {
      certificateFingerprints: identities.map(({ fingerprint }) => fingerprint),
    }),
  ];
}

function apply(): void {
  const clients = [...pod.clients(), ...clientsOf("changing", changing), ...clientsOf("steady", steady)];
  const keys = [...changing.signers, ...steady.signers].map(({ jwtKey }) => jwtKey);
  expect(pod.applyAuthorizer(clients, { jwt: { keys }, session })).toMatchObject({ status: 0 });
}

function first<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new Error("there is none");
  return value;
}

const SUBMISSION = '{"client_id":"CLIENT","prompt":{"1":{"class_type":"KSampler","inputs":{}}}}';
const calls = (client: string): Call[] => [
  { target: "/system_stats" },
  {
    method: "POST",
    target: "/api/prompt",
    headers: [["Content-Type", "application/json"]],
    body: SUBMISSION.replace("CLIENT", client),
  },
];

async function startLoad(): Promise<void> {
  load = new ConstantLoad(pod);
  const signedIn = await send(pod, "HTTP/1.1", {
    target: "/system_stats",
    headers: basic("steady-password", first(steady.passwords)),
  });
  const cookie = signedIn.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  for (const manner of MANNERS) {
    const add = (name: string, presents: () => Headers) => load.add(name, manner, presents, calls(name));
    add("changing-key", () => [["X-API-Key", first(changing.keys)]]);
    add("changing-password", () => basic("changing-password", first(changing.passwords)));
    add("changing-token", () => bearer(first(changing.signers)));
    load.add("steady-password", manner, () => [["Cookie", cookie]], [{ target: "/system_stats" }]);
  }
  const { certificate, key } = first(steady.identities);
  load.add("steady-certificate", "keep-alive", () => [], calls("steady-certificate"), {
    cert: certificate,
    key,
  });
  await load.addSocket("steady-key", () => [["X-API-Key", first(steady.keys)]]);
  await load.addSocket("steady-password", () => basic("steady-password", first(steady.passwords)));
  await load.addSocket("steady-session", () => [
    ["Cookie", cookie],
    ["Origin", pod.origin],
  ]);
  await load.addSocket("steady-token", () => bearer(first(steady.signers)));
  await load.addSocket("steady-certificate", () => [], { cert: certificate, key });
}

/** The load goes on for a while, and nothing of it has been dropped. */
async function expectNothingDropped(): Promise<void> {
  const before = load.answered;
  await eventually(async () => load.answered > before + 100, "the load goes on");
  expect(load.dropped).toEqual([]);
}

function openSocket(headers: Headers, identity?: Identity): Promise<WebSocket> {
  const socket = new WebSocket(`wss://localhost:${pod.port}/ws`, {
    ca: pod.ca,
    headers: Object.fromEntries(headers),
    ...(identity && { cert: identity.certificate, key: identity.key }),
  });
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  });
}

const statusWith = async (headers: Headers, identity?: Identity) =>
  (await send(pod, "HTTP/1.1", { target: "/models", headers, ...(identity && { identity }) })).status;

/** Changes one credential over as the manual says: both are valid, clients change over, the old one is retired. */
async function changeOver<Kind extends keyof Credentials>(
  kind: Kind,
  next: Credentials[Kind][number],
  present: (credential: Credentials[Kind][number]) => [Headers, Identity?],
  refused: number,
): Promise<void> {
  const list = changing[kind] as Credentials[Kind][number][];
  const old = first(list);
  const socket = await openSocket(...present(old));
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  let isClosed = false;
  void closed.then(() => {
    isClosed = true;
  });

  list.push(next);
  apply();
  expect([await statusWith(...present(old)), await statusWith(...present(next))]).toEqual([200, 200]);
  expect(isClosed).toBe(false);

  list.reverse();
  await expectNothingDropped();
  list.pop();
  apply();
  const started = Date.now();
  await closed;
  await eventually(
    async () => (await statusWith(...present(old))) === refused,
    "the old one is refused",
    6000,
  );
  expect(Date.now() - started).toBeLessThan(5200);
  expect(await statusWith(...present(next))).toBe(200);
}

describe("while clients go on asking", () => {
  afterEach(expectNothingDropped);

  it("API keys change", async () => {
    await changeOver("keys", newKey(), (key) => [[["X-API-Key", key]]], 401);
  });

  it("passwords change", async () => {
    const next = "amber quarry lantern 2";
    await changeOver("passwords", next, (password) => [basic("changing-password", password)], 401);
  });

  it("token keys change", async () => {
    const next = tokenSigner("changing-2", "RS256", "changing-token", "user");
    await changeOver("signers", next, (signer) => [bearer(signer)], 401);
  });

  it("client certificates change", async () => {
    const next = await ca.issue("CN=changing-certificate");
    await changeOver("identities", next, (identity) => [[], identity], 400);
  });

  it("the key of sessions changes", async () => {
    session = { key: randomBytes(32).toString("hex"), previousKey: session.key };
    apply();
  });

  it("the server's certificate changes, three times", async () => {
    for (let round = 0; round < 3; round++) {
      await pod.makeCertificate(round === 1 ? "RSA" : "EC");
      // Who is just connecting does not trust it yet.
      await sleep(300);
      expect(pod.applyNginx(pod.nginxBundle({ clientCa: ca.pem }))).toMatchObject({ status: 0 });
      const socket = await openTls(pod);
      const shown = socket.getPeerCertificate().raw.toString("base64");
      socket.destroy();
      expect(pod.certificate.replace(/-----[^-]+-----|\s/g, "")).toBe(shown);
      await expectNothingDropped();
    }
  });
});

it("at the end every client has been served, and every message has come back", async () => {
  expect(load.fewest).toBeGreaterThan(50);
  await load.stop();
  await eventually(async () => load.unechoed === 0, "every message is echoed");
  expect(load.dropped).toEqual([]);
});
