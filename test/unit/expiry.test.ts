/** A client's expiry: refused from that second on, whatever it presents, and no verdict outlives it. */
import { createHmac, randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { judge, makeAccess, type Verdict } from "../../components/gateway/authorizer/access";
import { verdictHeaders } from "../../components/gateway/authorizer/answer";
import type { Credentials } from "../../components/gateway/authorizer/credentials";
import { passwordRecord } from "../../components/gateway/authorizer/methods/password-record";
import { renderAuthorizerConfig } from "../../components/gateway/authorizer/render";
import { findRoute } from "../../components/gateway/routes";
import { TestCa } from "../support/client-certificates";
import { digest, newKey } from "../support/gateway-pod";

const EXPIRES = "2030-01-31T00:00:00Z";
const END = Date.parse(EXPIRES);
const key = newKey();
const foreverKey = newKey();
const secret = randomBytes(32).toString("base64url");

async function guarded() {
  const certificate = await (await TestCa.create()).issue("CN=a", {
    notBefore: new Date(END - 864e5),
    notAfter: new Date(END + 864e5),
  });
  const client = {
    role: "user" as const,
    rate: "10r/m",
    burst: 5,
    methods: ["apiKey", "basic", "jwt", "mtls"] as const,
  };
  const access = makeAccess(
    renderAuthorizerConfig({
      origins: ["https://localhost:8443"],
      deniedNodes: [],
      session: { key: "5e".repeat(32) },
      jwt: {
        keys: [
          {
            kid: "a-1",
            algorithm: "HS256",
            key: secret,
            issuer: "i",
            audience: "a",
            role: "user",
            client: "a",
          },
        ],
      },
      clients: [
        {
          ...client,
          name: "a",
          apiKeyDigests: [digest(key)],
          passwordRecords: [passwordRecord("pass word", Buffer.alloc(16, 1), { N: 2 ** 14, r: 8, p: 1 })],
          certificateFingerprints: [certificate.fingerprint],
          expires: EXPIRES,
        },
        { ...client, name: "b", apiKeyDigests: [digest(foreverKey)] },
      ],
    }),
  );
  const ask = (presented: Partial<Credentials>): Promise<Verdict> =>
    judge(access, {
      route: findRoute("/system_stats"),
      method: "GET",
      address: "192.0.2.1",
      origin: undefined,
      contentKind: "none",
      encoded: false,
      credentials: { apiKey: undefined, authorization: undefined, ...presented },
    });
  const basic = { authorization: `Basic ${Buffer.from("a:pass word").toString("base64")}` };
  const signedIn = await ask(basic);
  const session = signedIn.allowed ? signedIn.startsSession?.split(";")[0] : undefined;
  return {
    ask,
    credentials: {
      "an API key": { apiKey: key },
      "a password": basic,
      "a session": { session },
      "a token": { authorization: `Bearer ${token(END / 1000 + 600)}` },
      "a certificate": { certificate: encodeURIComponent(certificate.certificate) },
    } as Record<string, Partial<Credentials>>,
  };
}

/** One that would outlive its client. */
function token(exp: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const input = `${part({ alg: "HS256", kid: "a-1" })}.${part({ iss: "i", aud: "a", sub: "t", exp })}`;
  return `${input}.${createHmac("sha256", Buffer.from(secret, "base64url")).update(input).digest("base64url")}`;
}

const PRESENTED = ["an API key", "a password", "a session", "a token", "a certificate"];

describe("a client that expires", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: END - 3600_000, toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(PRESENTED)(
    "passes with %s until the last millisecond and is refused from then on",
    async (kind) => {
      const { ask, credentials } = await guarded();
      vi.setSystemTime(END - 1);
      expect(await ask(credentials[kind] ?? {})).toMatchObject({
        allowed: true,
        principal: { client: "a", expiresAt: END / 1000 },
      });
      for (const now of [END, END + 1, END + 30_000]) {
        vi.setSystemTime(now);
        const verdict = await ask(credentials[kind] ?? {});
        expect(verdict).toMatchObject({
          allowed: false,
          refusal: { status: 401, code: "credential_expired", challenge: expect.stringContaining("Basic") },
        });
        // It counts as a failed attempt of the address, and a browser forgets the session.
        expect(verdict.principal).toBeUndefined();
        expect(verdict.allowed ? "" : (verdict.refusal.setCookie ?? "")).toMatch(
          kind === "a session" ? /^__Host-comfy_session=; Max-Age=0;/ : /^$/,
        );
      }
    },
  );

  it.each([
    [60_000, "4"],
    [5000, "4"],
    [3500, "2"],
    [1000, "0"],
    [1, "0"],
  ])("%i ms before its end, nginx remembers for %s s and one more at most", async (left, seconds) => {
    const { ask } = await guarded();
    vi.setSystemTime(END - left);
    expect(verdictHeaders(await ask({ apiKey: key }))["X-Accel-Expires"]).toBe(seconds);
  });

  it("is the only one who does", async () => {
    const { ask } = await guarded();
    vi.setSystemTime(END + 1);
    expect(await ask({ apiKey: foreverKey })).toMatchObject({ allowed: true, principal: { client: "b" } });
    expect(await ask({ apiKey: newKey() })).toMatchObject({ refusal: { code: "invalid_credential" } });
  });
});
