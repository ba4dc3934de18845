import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import { Access } from "../../components/access";
import { apiKey, apiKeyDigest } from "../../components/access/api-key";

const made: string[] = [];
const hexOf = (resource: string) => Buffer.from(resource).toString("hex").padEnd(64, "0").slice(-64);

beforeAll(() =>
  pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ name, type, inputs }) => {
      if (type === "random:index/randomBytes:RandomBytes") {
        made.push(name);
      }
      return { id: name, state: { ...inputs, hex: hexOf(name) } };
    },
  }),
);

async function access(name: string, generation: number, retirePrevious: boolean) {
  const client = { name: "a", role: "worker", rate: "10r/m", burst: 5, generation, retirePrevious } as const;
  const { admitted, credentials } = new Access(name, { clients: [client] });
  expect(await pulumi.isSecret(admitted)).toBe(true);
  expect(await pulumi.isSecret(credentials)).toBe(true);
  return new Promise<{ digests: readonly string[]; keys: unknown }>((resolve) =>
    pulumi.all([admitted, credentials]).apply(([[client], handedOut]) => {
      resolve({ digests: client?.apiKeyDigests ?? [], keys: handedOut.a });
    }),
  );
}

describe("access", () => {
  it("admits one key at first", async () => {
    const key = apiKey(hexOf("first-key-a-1"));
    expect(await access("first", 1, false)).toEqual({ digests: [apiKeyDigest(key)], keys: { apiKey: key } });
  });

  it("admits the new key and the old one while a client changes over", async () => {
    const [key, previous] = [apiKey(hexOf("second-key-a-2")), apiKey(hexOf("second-key-a-1"))];
    expect(await access("second", 2, false)).toEqual({
      digests: [apiKeyDigest(key), apiKeyDigest(previous)],
      keys: { apiKey: key, previousApiKey: previous },
    });
  });

  it("forgets the old key once it is retired, and does not even make it", async () => {
    const key = apiKey(hexOf("third-key-a-2"));
    expect(await access("third", 2, true)).toEqual({ digests: [apiKeyDigest(key)], keys: { apiKey: key } });
    expect(made).not.toContain("third-key-a-1");
  });
});
