import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kindSource } from "../support/provider-kinds";

const TOKEN = /"((?:aws|docker|tls|random|command):\w+(?:\/\w+)?:[A-Z]\w*)"/g;

describe("the kinds that the rules name", () => {
  // A rule that waits for a kind of another spelling is silent for ever.
  it("are all of the providers'", () => {
    const files = readdirSync("policies", { recursive: true, encoding: "utf8" });
    const named = files
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(`policies/${file}`, "utf8").matchAll(TOKEN)])
      .map(([, token = ""]) => token);
    expect(named.length).toBeGreaterThan(150);
    expect([...new Set(named)].filter((token) => kindSource(token) === "")).toEqual([]);
  });
});
