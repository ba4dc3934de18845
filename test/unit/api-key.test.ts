import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { apiKey, apiKeyDigest } from "../../components/access/api-key";

describe("an API key", () => {
  it("is marked as ours and keeps all its random digits", () => {
    expect(apiKey("ab".repeat(32))).toBe(`cf_${"ab".repeat(32)}`);
  });

  it("is kept by the gateway as the SHA-256 of its whole text", () => {
    const key = apiKey("00".repeat(32));
    expect(apiKeyDigest(key)).toBe(createHash("sha256").update(key).digest("hex"));
    expect(apiKeyDigest(key)).not.toBe(apiKeyDigest(`${key} `));
  });
});
