import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSessions, SESSION_COOKIE } from "../../components/gateway/authorizer/session";

const NOW = 1_800_000_000;
const TWELVE_HOURS = 43_200;
const keyOf = (byte: number) => Buffer.alloc(32, byte).toString("base64url");
const settings = { key: keyOf(1), isCurrent: () => true };
const sessions = createSessions(settings);

/** What a browser sends back of a `Set-Cookie`. */
const cookie = (setCookie: string) => setCookie.split(";")[0] ?? "";
const issued = cookie(sessions.issue("anna", "fingerprint", NOW));
const value = issued.slice(issued.indexOf("=") + 1);
const [payload = "", signature = ""] = value.split(".");

/** Any characters there are, paired surrogates or not. */
const anyText = fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points));

describe("a session cookie", () => {
  it("is set so that scripts, plain HTTP, other sites and subdomains cannot have or set it", () => {
    expect(sessions.issue("anna", "fingerprint", NOW)).toMatch(
      /^__Host-comfy_session=[\w-]+\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(sessions.clear()).toBe(
      "__Host-comfy_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict",
    );
  });

  it("says who signed in, with what, and when", () => {
    const session = {
      client: "anna",
      credential: "fingerprint",
      issuedAt: NOW,
      expiresAt: NOW + TWELVE_HOURS,
    };
    expect(sessions.verify(issued, NOW)).toEqual(session);
    expect(sessions.verify(`theme=dark; ${issued}; other=a=b`, NOW + 3600)).toEqual(session);
  });

  it("lasts twelve hours from signing in and not a second longer", () => {
    expect(sessions.verify(issued, NOW + TWELVE_HOURS - 1)).toHaveProperty("client");
    expect(sessions.verify(issued, NOW + TWELVE_HOURS)).toEqual({ refused: "expired" });
  });

  it("ends earlier where the lifetime has been made shorter since", () => {
    const shorter = createSessions({ ...settings, lifetimeSeconds: 60 });
    expect(shorter.verify(issued, NOW + 59)).toHaveProperty("client");
    expect(shorter.verify(issued, NOW + 60)).toEqual({ refused: "expired" });
  });

  it("does not hold before its time, give or take a minute", () => {
    expect(sessions.verify(issued, NOW - 60)).toHaveProperty("client");
    expect(sessions.verify(issued, NOW - 61)).toEqual({ refused: "not yet valid" });
  });

  it("ends with the password it was made with", () => {
    const current = new Set(["anna fingerprint"]);
    const checked = createSessions({
      ...settings,
      isCurrent: (client, by) => current.has(`${client} ${by}`),
    });
    expect(checked.verify(issued, NOW)).toHaveProperty("client");
    current.clear();
    expect(checked.verify(issued, NOW)).toEqual({ refused: "revoked" });
  });

  it("survives one rotation of the key, not two", () => {
    const rotated = createSessions({ ...settings, key: keyOf(2), previousKey: keyOf(1) });
    const twice = createSessions({ ...settings, key: keyOf(3), previousKey: keyOf(2) });
    expect(rotated.verify(issued, NOW)).toHaveProperty("client");
    expect(twice.verify(issued, NOW)).toEqual({ refused: "bad signature" });
    expect(sessions.verify(cookie(rotated.issue("anna", "x", NOW)), NOW)).toEqual({
      refused: "bad signature",
    });
  });

  it.each([
    ["no cookie", ""],
    ["others only", "a=b; c=d"],
    ["another case", issued.replace("comfy", "Comfy")],
    ["a longer name", `x${issued}`],
    ["in another's value", `a=${issued}`],
  ])("is not there: %s", (_, header) => {
    expect(sessions.verify(header, NOW)).toBeUndefined();
  });

  it.each([
    ["twice the same", `${issued}; ${issued}`, "duplicate cookie"],
    ["a bad one first", `${SESSION_COOKIE}=x; ${issued}`, "duplicate cookie"],
    ["a bad one last", `${issued};${SESSION_COOKIE}=`, "duplicate cookie"],
    ["a second with odd spaces", `${issued}; \t${SESSION_COOKIE} =x`, "duplicate cookie"],
    ["a second without a value", `${issued}; ${SESSION_COOKIE}`, "duplicate cookie"],
    ["a space after the name", `${SESSION_COOKIE} =${value}`, "bad signature"],
    ["a no-break space before the name", `a=b;\u00a0${SESSION_COOKIE}=${value}`, "bad signature"],
    ["a no-break space after the name", `${SESSION_COOKIE}\u00a0=${value}`, "bad signature"],
    ["empty", `${SESSION_COOKIE}=`, "bad signature"],
    ["cleared dot", `${SESSION_COOKIE}=.`, "bad signature"],
    ["signature missing", `${SESSION_COOKIE}=${payload}`, "bad signature"],
    ["signature empty", `${SESSION_COOKIE}=${payload}.`, "bad signature"],
    ["signature cut", `${SESSION_COOKIE}=${payload}.${signature.slice(0, 40)}`, "bad signature"],
    ["signature of nothing", `${SESSION_COOKIE}=.${signature}`, "bad signature"],
    ["a third part", `${issued}.x`, "malformed"],
    ["padding", `${issued}=`, "malformed"],
    ["quotes", `${SESSION_COOKIE}="${value}"`, "malformed"],
    ["a space inside", `${SESSION_COOKIE}=${payload} .${signature}`, "malformed"],
    ["very long", `${issued}${"A".repeat(2000)}`, "malformed"],
    [
      "signed by the same key for another purpose",
      `${SESSION_COOKIE}=${payload}.${createHmac("sha256", Buffer.alloc(32, 1)).update(payload).digest("base64url")}`,
      "bad signature",
    ],
    [
      "another's name under the old signature",
      `${SESSION_COOKIE}=${Buffer.from(JSON.stringify(["root", "fingerprint", NOW, NOW + 9e9])).toString("base64url")}.${signature}`,
      "bad signature",
    ],
  ])("is refused: %s", (_, header, reason) => {
    expect(sessions.verify(header, NOW)).toEqual({ refused: reason });
  });

  it("holds in no other spelling than the one that was issued", () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/"é'];
    fc.assert(
      fc.property(
        fc.nat(value.length - 1),
        fc.constantFrom("", ...alphabet),
        fc.nat(1),
        (at, character, skip) => {
          const changed = value.slice(0, at) + character + value.slice(at + skip);
          fc.pre(changed !== value);
          expect(sessions.verify(`${SESSION_COOKIE}=${changed}`, NOW)).toHaveProperty("refused");
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("is judged without throwing, whatever the header holds", () => {
    const header = fc.oneof(
      anyText,
      anyText.map((text) => `${SESSION_COOKIE}=${text}`),
    );
    fc.assert(
      fc.property(header, (text) => {
        expect(sessions.verify(text, NOW) ?? { refused: "absent" }).toHaveProperty("refused");
      }),
      { seed: 2 },
    );
  });

  it("carries any client and credential back unchanged", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 64 }), fc.string({ maxLength: 32 }), (client, credential) => {
        const header = cookie(sessions.issue(client, credential, NOW));
        expect(sessions.verify(header, NOW)).toMatchObject({ client, credential });
      }),
      { seed: 3 },
    );
  });
});

describe("the settings of sessions", () => {
  it.each([
    ["a short key", { key: Buffer.alloc(31).toString("base64url") }, /session's key is not 32 bytes or more/],
    ["an empty key", { key: "" }, /session's key is not/],
    ["a key in base64", { key: Buffer.alloc(32, 255).toString("base64") }, /session's key is not/],
    ["a short previous key", { previousKey: "AAAA" }, /session's previousKey is not/],
    ["no lifetime", { lifetimeSeconds: 0 }, /lifetimeSeconds is 0/],
    ["half seconds", { lifetimeSeconds: 1.5 }, /lifetimeSeconds is 1.5/],
  ])("are refused: %s", (_, change, message) => {
    expect(() => createSessions({ ...settings, ...change })).toThrow(message);
  });
});
