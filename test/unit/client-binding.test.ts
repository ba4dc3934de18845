import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BindingLimits,
  ClientBinding,
  type Hold,
  isRefused,
  socketClientId,
} from "../../components/gateway/authorizer/client-binding";
import { parseQuery } from "../../components/gateway/authorizer/query";

const ALICE = { client: "alice", tenant: "one" };
const MALLORY = { client: "mallory", tenant: "one" };
const DAY = 86_400_000;

function binding(limits?: BindingLimits) {
  const clock = { now: 0 };
  return { clock, bound: new ClientBinding(() => clock.now, limits) };
}

function use(bound: ClientBinding, clientId: string, owner: typeof ALICE): Hold | string {
  const outcome = bound.use(clientId, owner);
  return isRefused(outcome) ? `${outcome.status} ${outcome.code}` : outcome;
}

describe("ClientBinding", () => {
  it("gives an id to whoever uses it first, by socket or by prompt", () => {
    const { bound } = binding();
    (use(bound, "id", ALICE) as Hold).release();
    expect(use(bound, "id", MALLORY)).toBe("403 foreign_client_id");
    expect(use(bound, "id", ALICE)).toBeTypeOf("object");
    expect(use(bound, "ID", MALLORY)).toBeTypeOf("object");
  });

  it("tells clients of one name in two tenants apart, and is not fooled by their spelling", () => {
    const { bound } = binding();
    use(bound, "id", ALICE);
    expect(use(bound, "id", { client: "alice", tenant: "two" })).toBe("403 foreign_client_id");
    use(bound, "x", { client: 'b","c', tenant: "a" });
    expect(use(bound, "x", { client: "c", tenant: 'a","b' })).toBe("403 foreign_client_id");
  });

  it("frees an id after a day without use, never while a socket is open", () => {
    const { bound, clock } = binding();
    const socket = use(bound, "id", ALICE) as Hold;
    clock.now += 10 * DAY;
    expect(use(bound, "id", MALLORY)).toBe("403 foreign_client_id");
    socket.release();
    clock.now += DAY - 1;
    expect(use(bound, "id", MALLORY)).toBe("403 foreign_client_id");
    clock.now += 1;
    expect(use(bound, "id", MALLORY)).toBeTypeOf("object");
    expect(use(bound, "id", ALICE)).toBe("403 foreign_client_id");
  });

  it("counts holds: one of two sockets closing, twice, frees nothing", () => {
    const { bound, clock } = binding();
    const first = use(bound, "id", ALICE) as Hold;
    use(bound, "id", ALICE);
    first.release();
    first.release();
    clock.now += 2 * DAY;
    expect(use(bound, "id", MALLORY)).toBe("403 foreign_client_id");
  });

  it("makes room with the owner's own ids, never with another's", () => {
    const { bound } = binding({ perOwner: 3 });
    (use(bound, "alice-1", ALICE) as Hold).release();
    const held = use(bound, "m-1", MALLORY) as Hold;
    for (let id = 2; id < 100; id++) (use(bound, `m-${id}`, MALLORY) as Hold).release();
    expect(bound.size).toBe(4);
    expect(use(bound, "alice-1", MALLORY)).toBe("403 foreign_client_id");
    expect(use(bound, "m-1", ALICE)).toBe("403 foreign_client_id");
    expect(use(bound, "m-98", ALICE)).toBe("403 foreign_client_id");
    expect(use(bound, "m-2", ALICE)).toBeTypeOf("object");
    held.release();
  });

  it("refuses where all an owner's ids are open, and where it is full", () => {
    const { bound } = binding({ perOwner: 2, inAll: 3 });
    use(bound, "1", ALICE);
    use(bound, "2", ALICE);
    expect(use(bound, "3", ALICE)).toBe("429 too_many_client_ids");
    use(bound, "4", MALLORY);
    expect(use(bound, "5", { client: "third", tenant: "one" })).toBe("503 unavailable");
    expect(use(bound, "1", ALICE)).toBeTypeOf("object");
  });

  it("forgets idle ids little by little", () => {
    const { bound, clock } = binding();
    for (let id = 0; id < 500; id++) (use(bound, `${id}`, ALICE) as Hold).release();
    clock.now += DAY;
    for (let round = 0; round < 300; round++) (use(bound, "other", MALLORY) as Hold).release();
    expect(bound.size).toBe(1);
  });

  it("never lets two owners hold one id", () => {
    const step = fc.record({
      owner: fc.constantFrom("a", "b", "c"),
      id: fc.constantFrom("1", "2", "3", "4"),
      wait: fc.constantFrom(0, 1, DAY / 2, DAY),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { bound, clock } = binding({ perOwner: 2, inAll: 5 });
        const open: { id: string; owner: string; hold: Hold }[] = [];
        for (const { owner, id, wait, release } of steps) {
          clock.now += wait;
          if (release) open.shift()?.hold.release();
          const outcome = bound.use(id, { client: owner, tenant: "t" });
          if (isRefused(outcome)) continue;
          expect(open.filter((other) => other.id === id && other.owner !== owner)).toEqual([]);
          open.push({ id, owner, hold: outcome });
          expect(bound.size).toBeLessThanOrEqual(5);
        }
      }),
    );
  });
});

describe("clientId of a socket", () => {
  it.each([
    ["/ws", undefined],
    ["/ws?", undefined],
    ["/ws?clientId=", undefined],
    ["/ws?clientid=x", undefined],
    ["/api/ws?clientId=7f0b5c1e-6a43-4f4e-9d6e-0d9f3f7a2b11", "7f0b5c1e-6a43-4f4e-9d6e-0d9f3f7a2b11"],
    ["/ws?a=b&clientId=%61bc&", "abc"],
    ["/ws?client%49d=abc", "abc"],
  ])("%s", (target, clientId) => expect(socketClientId(target)).toEqual({ clientId }));

  it.each([
    ["/ws?clientId=a&clientId=b", "duplicate_argument"],
    ["/ws?clientId=a&clientId=a", "duplicate_argument"],
    ["/ws?clientId=&clientId=b", "duplicate_argument"],
    ["/ws?clientId=a&%63lientId=b", "duplicate_argument"],
    ["/ws?clientId=a&client%49d=b", "duplicate_argument"],
    ["/ws?x=1&x=2", "duplicate_argument"],
    ["/ws?a=1;clientId=b", "invalid_query"],
    ["/ws?clientId=a#b", "invalid_query"],
    ["/ws?clientId=%ff", "invalid_query"],
    ["/ws?clientId=%", "invalid_query"],
    ["/ws?clientId=%zz", "invalid_query"],
    ["/ws?clientId=a%00", "invalid_query"],
    ["/ws?=x", "invalid_query"],
    ["/ws?clientId=é", "invalid_query"],
    [`/ws?${"a&".repeat(65)}`, "invalid_query"],
    ["/ws?clientId=a+b", "invalid_client_id"],
    ["/ws?clientId=a%0d%0ab", "invalid_client_id"],
    ["/ws?clientId=%d0%b0", "invalid_client_id"],
    ["/ws?clientId=a?clientId=b", "invalid_client_id"],
    [`/ws?clientId=${"a".repeat(129)}`, "invalid_client_id"],
  ])("refuses %s", (target, code) => expect(socketClientId(target)).toMatchObject({ status: 400, code }));

  it("reads what URLSearchParams writes", () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
      .filter((text) => !text.includes("\0"));
    const value = fc.string({ unit: "grapheme", maxLength: 8 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true }), (pairs) => {
        expect(parseQuery(new URLSearchParams(Object.entries(pairs)).toString())).toEqual(
          new Map(Object.entries(pairs)),
        );
      }),
    );
  });
});
