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

  it("says of a stack made by hand what each of its mistakes is", () => {
    const { status, stdout } = policy(["test/fixtures/insecure-stack.json", "--format", "json"]);
    expect(status).toBe(1);
    const { lines } = JSON.parse(stdout);
    const mandatory = lines.filter((line: { enforcement: string }) => line.enforcement === "mandatory");
    const rules = mandatory.map(({ rule }: { rule: string }) => rule);
    for (const rule of [
      ...["sg-no-world-ingress", "sg-ssh-only-from-narrow-ranges", "sg-ingress-only-443-and-22"],
      ...["ec2-imdsv2-required", "ec2-no-secrets-in-user-data", "ebs-encrypted", "iam-no-star-star"],
      ...[
        "container-not-privileged",
        "container-no-sensitive-mount",
        "container-no-secret",
        "image-by-digest",
      ],
      ...["comfyui-joins-pod", "comfyui-listens-on-loopback", "comfyui-port-never-published"],
      ...["tls-strong-keys", "random-no-guessable-secret"],
    ]) {
      expect(rules).toContain(rule);
    }
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
