import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
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
const RULES = { "sg-no-world-ingress": CATALOGUE["sg-no-world-ingress"] as (typeof CATALOGUE)[string] };
const TODAY = "2026-11-24";

describe("a recorded plan", () => {
  it("is read by npm run policy, with secrets only marked", async () => {
    const { resources } = await recordProgram(options(groupOpenTo("0.0.0.0/0")));
    const json = planJson(resources);
    expect(json).not.toContain("hush");
    const stack = readStack(json);
    expect(stack.resources[0]?.props.tags).toBe(UNKNOWN);
    expect(stack.resources[0]?.secretPaths).toContain("tags");
    expect(evaluate(RULES, stack, {}, TODAY)[0]?.violations).toHaveLength(1);
  });

  it("shows a person what is published, on every address where none is named", () => {
    const common = { dependencies: [], replaceOnChanges: [], parent: "", ignoreChanges: [] };
    const ports = [{ internal: 8188 }, { ip: "::1", internal: 443, external: 8443, protocol: "udp" }];
    const one = {
      ...common,
      urn: "u",
      type: "t",
      name: "n",
      inputs: { ports },
      deletedWith: "",
      protect: false,
      retainOnDelete: false,
      secretKeys: [],
    };
    expect(planTable([one])).toBe(
      "TYPE  NAME  PUBLISHES\nt     n     0.0.0.0:(any) -> 8188/tcp, [::1]:8443 -> 443/udp\n\n1 resources",
    );
  });

  it("of the shipped program comes from the real command, passes, and the pack judges 500 resources like it in 5 s", () => {
    const run = spawnSync(process.execPath, ["--import", "tsx", "infra/plan/main.ts", "local", "--json"], {
      encoding: "utf8",
    });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    const { resources } = readStack(run.stdout);
    expect(
      resources.filter(({ type }) => type === "docker:index/container:Container").length,
    ).toBeGreaterThan(3);
    const policy = ["--import", "tsx", "policies/cli/main.ts", "-"];
    const judged = spawnSync(process.execPath, policy, { input: run.stdout, encoding: "utf8" });
    expect([judged.status, judged.stderr], judged.stdout).toEqual([0, ""]);
    const many = Array.from({ length: 500 }, (_, at) => {
      const one = resources[at % resources.length] as (typeof resources)[number];
      return { ...one, urn: `${one.urn}-${at}`, name: `${one.name}-${at}` };
    });
    const before = performance.now();
    evaluate(CATALOGUE, { resources: many, complete: true }, {}, TODAY);
    expect(performance.now() - before).toBeLessThan(5000);
  }, 60_000);

  it("of the shipped program for AWS needs no credentials, and tells ports and cost but no secret", () => {
    const { PATH = "" } = process.env;
    const run = spawnSync(process.execPath, ["--import", "tsx", "infra/plan/main.ts", "aws"], {
      encoding: "utf8",
      env: { PATH },
    });
    expect([run.status, run.stderr]).toEqual([0, ""]);
    for (const part of [
      "aws:ec2/instance:Instance",
      "in    22/tcp   203.0.113.7/32",
      "COST A MONTH",
      "together",
    ]) {
      expect(run.stdout).toContain(part);
    }
    expect(run.stdout).not.toContain("PRIVATE KEY");
  }, 60_000);
});
