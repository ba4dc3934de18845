import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "vitest";
import { start } from "../../infra/embedded/run";
import { judgeProgram } from "../../infra/plan/judge";
import { planJson, planTable } from "../../infra/plan/print";
import { recordProgram } from "../../infra/plan/record";
import { CATALOGUE } from "../../policies/catalogue";
import { readStack } from "../../policies/cli/read-stack";
import { evaluate } from "../../policies/core/evaluate";
import { UNKNOWN } from "../../policies/core/value";

const OPEN_GROUP = "aws:ec2/securityGroup:SecurityGroup";

class Group extends pulumi.CustomResource {}

/** A program with one security group that lets a range in, and a secret tag. */
const groupOpenTo = (cidr: string) => () => {
  const ingress = [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }];
  new Group(OPEN_GROUP, "gateway", { ingress, tags: pulumi.secret({ key: "hush" }) });
  return {};
};
const options = (program: () => unknown) => ({ project: "comfy-test", stack: "plan", config: {}, program });
const law = {
  rules: { "sg-no-world-ingress": CATALOGUE["sg-no-world-ingress"] as (typeof CATALOGUE)[string] },
  config: {},
  today: "2026-11-24",
};
const REFUSAL =
  'The policies refuse this stack; nothing was made.\n\nmandatory  critical  sg-no-world-ingress\n    gateway: ingress[0].cidrBlocks[0] is "0.0.0.0/0"; wanted the ranges of those who need it.';

let folder: string | undefined;
afterEach(() => folder && rmSync(folder, { recursive: true, force: true }));

describe("judgeProgram", () => {
  it("refuses a program that a mandatory rule refuses, by the table and exit code 1", async () => {
    const judged = judgeProgram(options(groupOpenTo("0.0.0.0/0")), law);
    await expect(judged).rejects.toThrow(REFUSAL);
    await expect(judged).rejects.toMatchObject({ exitCode: 1 });
  });

  it.each([
    ["a good program", "10.0.0.0/24", {}],
    ["an advisory violation", "0.0.0.0/0", { "sg-no-world-ingress": { enforcement: "advisory" as const } }],
  ])("lets %s pass", async (_, cidr, config) => {
    await judgeProgram(options(groupOpenTo(cidr)), { ...law, config });
  });

  it("stops npm start before anything is made: no state, no file", async () => {
    folder = mkdtempSync(join(tmpdir(), "comfy-plan-"));
    const program = groupOpenTo("0.0.0.0/0");
    let ran = 0;
    const started = start({
      ...{ ...options(program), folder, signal: new AbortController().signal },
      judge: () => judgeProgram(options(program), law),
      program: () => {
        ran += 1;
        return {};
      },
    });
    await expect(started).rejects.toThrow(REFUSAL);
    expect(ran).toBe(0);
    // `start` removes the folder when it is empty.
    expect(() => readdirSync(folder as string)).toThrow("ENOENT");
  });
});

describe("a recorded plan", () => {
  it("is read by npm run policy, with secrets only marked", async () => {
    const { resources } = await recordProgram(options(groupOpenTo("0.0.0.0/0")));
    const json = planJson(resources);
    expect(json).not.toContain("hush");
    const stack = readStack(json);
    expect(stack.resources[0]?.props.tags).toBe(UNKNOWN);
    expect(stack.resources[0]?.secretPaths).toContain("tags");
    expect(evaluate(law.rules, stack, {}, law.today)[0]?.violations).toHaveLength(1);
  });

  it("shows a person what is published, on every address where none is named", () => {
    const common = { dependencies: [], replaceOnChanges: [], parent: "", protect: false, ignoreChanges: [] };
    const ports = [{ internal: 8188 }, { ip: "::1", internal: 443, external: 8443, protocol: "udp" }];
    const one = {
      ...common,
      urn: "u",
      type: "t",
      name: "n",
      inputs: { ports },
      deletedWith: "",
      secretKeys: [],
    };
    expect(planTable([one])).toBe(
      "TYPE  NAME  PUBLISHES\nt     n     0.0.0.0:(any) -> 8188/tcp, [::1]:8443 -> 443/udp\n\n1 resources",
    );
  });

  it("of the shipped program comes from the real command, and the pack judges 500 resources like it in 5 s", () => {
    const run = spawnSync(process.execPath, ["--import", "tsx", "infra/plan/main.ts", "local", "--json"], {
      encoding: "utf8",
    });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    const { resources } = readStack(run.stdout);
    expect(
      resources.filter(({ type }) => type === "docker:index/container:Container").length,
    ).toBeGreaterThan(3);
    const many = Array.from({ length: 500 }, (_, at) => {
      const one = resources[at % resources.length] as (typeof resources)[number];
      return { ...one, urn: `${one.urn}-${at}`, name: `${one.name}-${at}` };
    });
    const before = performance.now();
    evaluate(CATALOGUE, { resources: many, complete: true }, {}, law.today);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
