import { randomBytes, type ScryptOptions, scrypt } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { AttemptLimiter } from "../../components/gateway/authorizer/methods/attempt-limiter";
import {
  type BasicAccount,
  createBasicVerifier,
  parseBasic,
} from "../../components/gateway/authorizer/methods/basic";
import { BoundedQueue } from "../../components/gateway/authorizer/methods/bounded-queue";
import { addressGroup } from "../../components/gateway/authorizer/methods/client-address";
import { LruMap } from "../../components/gateway/authorizer/methods/lru-map";
import {
  parseRecord,
  passwordMatches,
  passwordRecord,
  recordFingerprint,
} from "../../components/gateway/authorizer/methods/password-record";
import { passwordProblem } from "../../components/gateway/authorizer/methods/password-strength";

// scrypt counted, so that "before the hash" is a number and not a duration; and with hardly any work where a test is
// not about the work itself.
const hashWork = vi.hoisted(() => ({ real: true }));
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof import("node:crypto")>();
  const work = (options: ScryptOptions) => (hashWork.real ? options : { ...options, N: 2 });
  return {
    ...crypto,
    scryptSync: (password: string, salt: Buffer, length: number, options: ScryptOptions) =>
      crypto.scryptSync(password, salt, length, work(options)),
    scrypt: vi.fn(
      (
        password: string,
        salt: Buffer,
        length: number,
        options: ScryptOptions,
        done: (error: Error | null, key: Buffer) => void,
      ) => crypto.scrypt(password, salt, length, work(options), done),
    ),
  };
});
const hashing = vi.mocked(scrypt);

/** Any characters there are, paired surrogates or not. */
const anyText = fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points));

/** The cheapest cost that is allowed, for tests that are not about cost. */
const CHEAP = { N: 2 ** 14, r: 8, p: 1 };
const salt = Buffer.alloc(16, 7);
const record = (password: string) => passwordRecord(password, salt, CHEAP);
const encode = (text: string) => Buffer.from(text).toString("base64");

const GOOD = "violet:tundra kettle";
const OLD = "amber quarry lantern";
const accountOf = (userName: string, ...passwords: string[]): BasicAccount => ({
  userName,
  client: userName,
  role: "user",
  records: passwords.map(record),
});

/** A verifier under a clock that stands until it is moved. */
function verifierAt(accounts = [accountOf("anna", GOOD)]) {
  const clock = { milliseconds: 1_800_000_000_000 };
  return { clock, verify: createBasicVerifier(accounts, () => clock.milliseconds) };
}

describe("a Basic credential", () => {
  it.each([
    ["a colon in the password", "anna:a:b", { userName: "anna", password: "a:b" }],
    ["an empty password", "anna:", { userName: "anna", password: "" }],
    ["other letters", "änna:pässwörd", { userName: "änna", password: "pässwörd" }],
  ])("is read: %s", (_, text, expected) => {
    expect(parseBasic(encode(text))).toEqual(expected);
  });

  it.each([
    ["no colon", encode("anna")],
    ["no user name", encode(":secret")],
    ["NUL in the password", encode("anna:se\0cret")],
    ["NUL in the name", encode("an\0na:secret")],
    ["a newline", encode("anna:secret\n")],
    ["DEL", encode("anna:\x7f")],
    ["a C1 control", encode("anna:\x85")],
    ["not UTF-8", Buffer.from("anna:\xff", "latin1").toString("base64")],
    ["an overlong NUL", Buffer.from("616e6e613ac080", "hex").toString("base64")],
    ["a surrogate in UTF-8", Buffer.from("616e6e613aeda080", "hex").toString("base64")],
    ["no padding", encode("anna:x").replace(/=+$/, "") + (encode("anna:x").endsWith("=") ? "" : "=")],
    ["too much padding", `${encode("anna:x")}=`],
    ["base64url", encode("anna:>>>???").replaceAll("/", "_").replaceAll("+", "-")],
    ["stray bits", "YW5uYTp4eR=="],
    ["white space", ` ${encode("anna:x")}`],
    ["a newline in the middle", "YW5u\nYTp4"],
    ["empty", ""],
    ["not base64", "anna:x"],
    ["more than 1,024 characters", encode(`anna:${"x".repeat(800)}`)],
  ])("is malformed: %s", (_, text) => {
    expect(parseBasic(text)).toBeUndefined();
  });

  it("comes back as it was written, whatever the words", () => {
    const visible = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));
    const name = visible.filter((text) => text !== "" && !text.includes(":"));
    fc.assert(
      fc.property(name, visible, (userName, password) => {
        expect(parseBasic(encode(`${userName}:${password}`))).toEqual({ userName, password });
      }),
      { seed: 1 },
    );
  });

  it("never throws, and what is read was spelt in the one canonical way", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.base64String()), (text) => {
        const parsed = parseBasic(text);
        if (parsed) expect(encode(`${parsed.userName}:${parsed.password}`)).toBe(text);
      }),
      { seed: 2 },
    );
  });
});

describe("a password record", () => {
  it("is the same for the same salt, and never holds the password", () => {
    expect(passwordRecord(GOOD, salt)).toBe(passwordRecord(GOOD, salt));
    expect(passwordRecord(GOOD, salt)).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/);
    expect(record(GOOD)).not.toBe(passwordRecord(GOOD, Buffer.alloc(16, 8), CHEAP));
    expect(record(GOOD)).not.toContain("tundra");
  });

  it("matches its own password, in either composition of its letters, and no other", async () => {
    const parsed = parseRecord(record("tréfoil\u0301"));
    expect(await passwordMatches("tre\u0301foil\u0301", parsed)).toBe(true);
    for (const other of ["trefoil", "tréfoil", "", "Tréfoil\u0301", "tréfoil\u0301 "]) {
      expect(await passwordMatches(other, parsed)).toBe(false);
    }
  });

  it("tells passwords apart beyond 72 bytes", async () => {
    const long = "x".repeat(100);
    expect(await passwordMatches(`${long}b`, parseRecord(record(`${long}a`)))).toBe(false);
  });

  it.each([
    ["empty", ""],
    ["another function", record(GOOD).replace("scrypt", "bcrypt")],
    ["N too small", record(GOOD).replace("$16384$", "$1024$")],
    ["N too large", record(GOOD).replace("$16384$", "$1048576$")],
    ["N no power of two", record(GOOD).replace("$16384$", "$20000$")],
    ["N empty", record(GOOD).replace("$16384$", "$$")],
    ["another r", record(GOOD).replace("$8$", "$1$")],
    ["p too large", record(GOOD).replace("$8$1$", "$8$99$")],
    ["hash cut", record(GOOD).slice(0, -8)],
    ["hash missing", record(GOOD).split("$").slice(0, 5).join("$")],
    ["trailing field", `${record(GOOD)}$x`],
    ["salt short", record(GOOD).replace(salt.toString("base64url"), "AAAA")],
  ])("is refused without being quoted: %s", (_, text) => {
    expect(() => parseRecord(text)).toThrow(/not scrypt\$N\$r\$p\$salt\$hash with N a power of two/);
  });

  it("is not made with a short salt or a cost out of range", () => {
    expect(() => passwordRecord(GOOD, Buffer.alloc(15))).toThrow(/15 bytes; give at least 16/);
    expect(() => passwordRecord(GOOD, salt, { ...CHEAP, N: 1024 })).toThrow(/"N":1024.*from 16384/);
  });

  it("has a fingerprint that changes with it", () => {
    expect(recordFingerprint(record(GOOD))).toMatch(/^[\w-]{22}$/);
    expect(recordFingerprint(record(GOOD))).not.toBe(recordFingerprint(record(OLD)));
  });
});

describe("signing in", () => {
  beforeAll(() => {
    hashWork.real = false;
  });
  beforeEach(() => {
    hashing.mockClear();
  });
  afterAll(() => {
    hashWork.real = true;
  });

  it("works with the right password, and a stranger and a wrong one look alike", async () => {
    const { verify } = verifierAt();
    const wrong = { refused: "wrong credentials" };
    expect(await verify(encode(`anna:${GOOD}`), "192.0.2.1")).toEqual({
      client: "anna",
      role: "user",
      credential: recordFingerprint(record(GOOD)),
    });
    for (const text of ["anna:no", "anna:", `Anna:${GOOD}`, `bob:${GOOD}`, "__proto__:x", `anna:${GOOD} `]) {
      expect(await verify(encode(text), "192.0.2.1")).toEqual(wrong);
    }
    expect(await verify("%", "192.0.2.1")).toEqual({ refused: "malformed" });
  });

  it("works with both passwords while the old one is being retired, and says which it was", async () => {
    const { verify } = verifierAt([accountOf("anna", GOOD, OLD), accountOf("bob", GOOD)]);
    expect(await verify(encode(`anna:${OLD}`), "a")).toMatchObject({
      credential: recordFingerprint(record(OLD)),
    });
    expect(await verify(encode(`anna:${GOOD}`), "a")).toMatchObject({
      credential: recordFingerprint(record(GOOD)),
    });
    expect(await verify(encode(`bob:${GOOD}`), "a")).toMatchObject({ client: "bob" });
    expect(await verify(encode(`bob:${OLD}`), "a")).toEqual({ refused: "wrong credentials" });
  });

  it("costs a stranger's name as much as a known one", async () => {
    const { verify } = verifierAt([accountOf("anna", GOOD, OLD), accountOf("bob", GOOD)]);
    for (const text of ["anna:no", `anna:${GOOD}`, "bob:no", "stranger:no", "__proto__:no"]) {
      hashing.mockClear();
      await verify(encode(text), "192.0.2.1");
      expect(hashing.mock.calls.map((call) => call[3])).toMatchObject([CHEAP, CHEAP]);
    }
  });

  it("ends for an address after ten failures in a minute, before the hash, until the minute is over", async () => {
    const { verify, clock } = verifierAt();
    for (let n = 0; n < 10; n += 1) {
      expect(await verify(encode(`anna:${n}`), "192.0.2.1")).toEqual({ refused: "wrong credentials" });
    }
    clock.milliseconds += 20_500;
    hashing.mockClear();
    for (let n = 0; n < 40; n += 1) {
      expect(await verify(encode(`anna:${n}`), "192.0.2.1")).toEqual({
        refused: "too many attempts",
        retryAfterSeconds: 40,
      });
    }
    expect(hashing).not.toHaveBeenCalled();
    expect(await verify(encode(`anna:${GOOD}`), "192.0.2.1")).toHaveProperty("retryAfterSeconds");
    expect(await verify(encode(`anna:${GOOD}`), "192.0.2.2")).toHaveProperty("client");
    clock.milliseconds += 39_500;
    expect(await verify(encode(`anna:${GOOD}`), "192.0.2.1")).toHaveProperty("client");
  });

  it("lets no more than ten through when all come at once", async () => {
    const { verify } = verifierAt();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) => verify(encode(`anna:${n}`), "2001:db8::1")),
    );
    const refusals = outcomes.map((outcome) => ("refused" in outcome ? outcome.refused : "passed"));
    expect(refusals.filter((reason) => reason === "wrong credentials")).toHaveLength(10);
    expect(refusals.filter((reason) => reason === "too many attempts")).toHaveLength(40);
  });

  it("ends for a user name after thirty failures from anywhere, except where it was right just before", async () => {
    const { verify } = verifierAt();
    expect(await verify(encode(`anna:${GOOD}`), "198.51.100.1")).toHaveProperty("client");
    for (let n = 0; n < 30; n += 1) await verify(encode(`anna:${n}`), `192.0.2.${n}`);
    expect(await verify(encode(`anna:${GOOD}`), "203.0.113.9")).toMatchObject({
      refused: "too many attempts",
    });
    expect(await verify(encode(`anna:${GOOD}`), "198.51.100.1")).toHaveProperty("client");
  });

  it("remembers what was right for five minutes, but not past an address's limit", async () => {
    const { verify, clock } = verifierAt();
    const right = () => verify(encode(`anna:${GOOD}`), "192.0.2.1");
    for (let n = 0; n < 100; n += 1) expect(await right()).toHaveProperty("client");
    expect(hashing).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 10; n += 1) await verify(encode(`bob:${n}`), "192.0.2.1");
    expect(await right()).toMatchObject({ refused: "too many attempts" });
    hashing.mockClear();
    clock.milliseconds += 5 * 60 * 1000;
    expect(await right()).toHaveProperty("client");
    expect(hashing).toHaveBeenCalledTimes(1);
  });

  it("turns attempts away when too many wait, without counting them as failures", async () => {
    const { verify } = verifierAt();
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, n) => verify(encode(`user${n}:x`), `192.0.2.${n}`)),
    );
    expect(outcomes.filter((outcome) => "refused" in outcome && outcome.refused === "busy")).toHaveLength(12);
    expect(outcomes.at(-1)).toEqual({ refused: "busy", retryAfterSeconds: 5 });
    expect(await verify(encode(`anna:${GOOD}`), "192.0.2.29")).toHaveProperty("client");
  });

  it("is not set up with accounts that cannot work", () => {
    const clock = () => 0;
    const anna = accountOf("anna", GOOD);
    const dearer = { ...accountOf("bob"), records: [passwordRecord(OLD, salt, { ...CHEAP, p: 2 })] };
    expect(() => createBasicVerifier([anna, anna], clock)).toThrow(/Two accounts.*"anna"/);
    expect(() => createBasicVerifier([accountOf("anna")], clock)).toThrow(/"anna" has no password/);
    expect(() => createBasicVerifier([{ ...anna, records: ["x"] }], clock)).toThrow(/not scrypt/);
    expect(() => createBasicVerifier([anna, dearer], clock)).toThrow(/differ in cost .*"p":1.*"p":2/);
  });
});

describe("the attempt limiter", () => {
  it("forgets the key longest unused, and keeps the one that goes on trying", () => {
    const limiter = new AttemptLimiter({ failures: 1, windowSeconds: 60, capacity: 3 }, () => 0);
    limiter.take("attacker");
    for (let n = 0; n < 1000; n += 1) {
      limiter.take(`other-${n}`);
      expect(limiter.take("attacker")).toEqual({ allowed: false, retryAfterSeconds: 60 });
    }
    expect(limiter.take("other-0")).toMatchObject({ allowed: true });
  });

  it("does not credit a new window with what an old one gives back", () => {
    const clock = { now: 0 };
    const limiter = new AttemptLimiter({ failures: 1, windowSeconds: 60, capacity: 3 }, () => clock.now);
    const first = limiter.take("key");
    clock.now = 60_000;
    expect(limiter.take("key")).toMatchObject({ allowed: true });
    if (first.allowed) first.giveBack();
    expect(limiter.take("key")).toMatchObject({ allowed: false });
  });

  it("never holds more than its capacity", () => {
    const map = new LruMap<number>(100);
    for (let n = 0; n < 10_000; n += 1) map.set(String(n), n);
    expect(map.size).toBe(100);
    expect(map.get("9999")).toBe(9999);
    expect(map.get("0")).toBeUndefined();
  });
});

describe("the queue of hashes", () => {
  it("runs two at once, lets some wait in turn, and turns the rest away", async () => {
    const queue = new BoundedQueue(2, 3);
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const task = (n: number) => async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      order.push(n);
      running -= 1;
    };
    const results = Array.from({ length: 8 }, (_, n) => queue.run(task(n)));
    expect(results.map((result) => result !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    await Promise.all(results);
    expect({ most, order }).toEqual({ most: 2, order: [0, 1, 2, 3, 4] });
    expect(queue.run(async () => "free again")).toBeDefined();
  });

  it("goes on after a task that fails", async () => {
    const queue = new BoundedQueue(1, 1);
    const failing = queue.run(() => Promise.reject(new Error("out of memory")));
    const next = queue.run(async () => "done");
    await expect(failing).rejects.toThrow("out of memory");
    expect(await next).toBe("done");
  });
});

describe("an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
    ["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["unix:", "unix:"],
    ["fe80::1%eth0", "fe80::1%eth0"],
  ])("%s counts as %s", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it("shares its count with its whole /64 and with nobody else", () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (left, right) => {
        const prefix = (text: string) => new URL(`http://[${text}]`).hostname;
        expect(addressGroup(left)).toBe(addressGroup(prefix(left).slice(1, -1)));
        expect(addressGroup(left)).not.toBe(addressGroup(`fd00:1:2:3::${right.split(":").at(-1) || "1"}`));
      }),
      { seed: 3 },
    );
  });
});

describe("an own password", () => {
  it.each([
    ["short", "kL9#vQ2!xZ1", /has 11 characters; use 12/],
    ["empty", "", /has 0 characters/],
    ["very long", "aB3$kL9#".repeat(20), /has 160 characters/],
    ["few different characters", "abababababab", /fewer than 6 different/],
    ["a control character", "kettle\u0007tundra", /control character/],
    ["the user name", "xx-Anna-kettle-9", /contains the user name/],
    ["a common word with a tail", "Password1234!", /common words/],
    ["common words in leet", "P4ssw0rd123456!", /common words/],
    ["a keyboard row", "qwertyuiop123", /common words/],
    ["the alphabet", "abcdefghijklmnopqrstuvwxyz", /common words/],
    ["digits in order", "123456789012", /common words/],
    ["what this is", "comfyui-admin-2026", /common words/],
    ["two common words", "letmeinwelcome", /common words/],
  ])("is refused: %s", (_, text, problem) => {
    expect(passwordProblem(text, "anna")).toMatch(problem);
  });

  it.each(["violet tundra kettle", "correct horse battery staple", "kL9#vQ2!xZ1p", "größenwahn-übt-x"])(
    "is good enough: %s",
    (text) => {
      expect(passwordProblem(text, "anna")).toBeUndefined();
    },
  );

  it("that is random is good enough", () => {
    for (let n = 0; n < 200; n += 1) {
      expect(passwordProblem(randomBytes(18).toString("base64url"), "operator")).toBeUndefined();
    }
  });
});
