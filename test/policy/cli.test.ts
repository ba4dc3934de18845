import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const group = (cidr: string) =>
  JSON.stringify({
    resources: [
      {
        type: "aws:ec2/securityGroup:SecurityGroup",
        name: "gateway",
        inputs: { ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }] },
      },
    ],
  });

/** The real command, as `npm run policy` calls it. */
function policy(args: string[], input = "") {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "policies/cli/main.ts", ...args],
    { input, encoding: "utf8" },
  );
  return { status, stdout, stderr };
}

describe("npm run policy", () => {
  it("prints each mandatory violation with its fix and exits 1", () => {
    const { status, stdout } = policy(["-"], group("0.0.0.0/0"));
    expect(stdout).toContain(
      'gateway: ingress[0].cidrBlocks[0] is "0.0.0.0/0"; wanted the ranges of those who need it.\n    fix: give the ranges',
    );
    expect(status).toBe(1);
  });

  it("exits 0 where nothing mandatory is violated, in every format", () => {
    const empty = '{"resources":[]}';
    for (const format of ["table", "json", "markdown", "sarif"]) {
      const { status, stdout } = policy(["-", "--format", format], empty);
      expect([format, status, stdout.length > 0]).toEqual([format, 0, true]);
    }
  });

  it.each([
    ["no file", [], "", /^npm run policy -- FILE/],
    ["two files", ["a", "b"], "", /^npm run policy -- FILE/],
    ["a flag that is none", ["-", "--fast"], "", /^Unknown option '--fast'[\s\S]*npm run policy -- FILE/],
    [
      "a format that is none",
      ["-", "--format", "xml"],
      "",
      /^--format xml: allowed are table, json, markdown, sarif\.\n$/,
    ],
    ["a file that is not there", ["nowhere.json"], "", /^nowhere\.json cannot be used: ENOENT: .*\.\n$/],
    ["a file that is no stack", ["-"], "{}", /^- cannot be used: it holds neither .*\.\n$/],
    [
      "a configuration for a rule that is none",
      ["-", "--config", "package.json"],
      group("10.0.0.0/24"),
      /^package\.json cannot be used: /,
    ],
  ])("exits 2 for %s and says why", (_, args, input, message) => {
    const { status, stdout, stderr } = policy(args, input);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });
});
