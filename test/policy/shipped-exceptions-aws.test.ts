import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { planJson } from "../../infra/plan/print";
import { CATALOGUE } from "../../policies/catalogue";
import { readStack } from "../../policies/cli/read-stack";
import { evaluate } from "../../policies/core/evaluate";
import { violationMessage } from "../../policies/core/message";
import type { Stack } from "../../policies/core/rule";
import { readConfig, SHIPPED_CONFIG } from "../../policies/core/shipped-config";
import { awsPlan } from "../support/aws-plan";

const TODAY = "2026-11-24";
const config = readConfig(readFileSync(SHIPPED_CONFIG, "utf8"), Object.keys(CATALOGUE));
const AWS_RULES = Object.fromEntries(
  Object.entries(CATALOGUE).filter(([id]) => /^(ec2|ebs|iam|kms|logs|route53|secret-own|sg|vpc)-/.test(id)),
);
/** What a machine in AWS that everybody may reach asks for beyond a rule, and nothing else. */
const NEEDED = [
  "ec2-no-public-address vm-address",
  "ec2-no-public-address vm-address-association",
  "ec2-no-public-address vm-instance",
  "ec2-no-secrets-in-user-data vm-instance",
  "sg-no-world-ingress vm-https-from---_0",
  "sg-no-world-ingress vm-https-from-0.0.0.0_0",
];

let stack: Stack;

beforeAll(async () => {
  const { resources } = await awsPlan();
  // As the engine shows it to the pack: with the secrets, which a plan leaves out.
  stack = readStack(planJson(resources.map((one) => ({ ...one, secretKeys: [] }))));
}, 60_000);

function violations(given: typeof config): string[] {
  return evaluate(AWS_RULES, stack, given, TODAY)
    .flatMap(({ id, violations: found }) => found.map(({ resource }) => `${id} ${resource.name}`))
    .sort();
}

describe("the stack in AWS, judged by the pack", () => {
  it("is looked at by many rules", () => {
    expect(Object.keys(AWS_RULES).length).toBeGreaterThan(30);
  });

  it("has nothing that a rule is against but what the shipped exceptions excuse", () => {
    expect(violations(config)).toEqual([]);
  });

  it("has nothing that any other rule is against, mandatory or advisory", () => {
    // As the engine shows it: with the values of secrets, and without a word on which they are.
    const resources = stack.resources.map((one) => ({ ...one, secretPaths: undefined }));
    const found = evaluate(CATALOGUE, { ...stack, resources }, config, TODAY).flatMap(
      ({ id, rule, violations: all }) => all.map((finding) => `${id}: ${violationMessage(rule, finding)}`),
    );
    expect(found).toEqual([]);
  });

  it("needs each of these exceptions, and no others", () => {
    expect(violations({})).toEqual(NEEDED);
  });
});
