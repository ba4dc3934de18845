import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";
import { CHECKLIST } from "../../policies/checklist";
import { POLICIES_PAGE, renderPolicies } from "../../policies/document";

describe("docs/policies.md", () => {
  it("is what the rules say", () => {
    const written = readFileSync(POLICIES_PAGE, "utf8");
    expect(written === renderPolicies(), `${POLICIES_PAGE} is stale: run \`npm run docs\``).toBe(true);
  });

  it("says of a rule its id, what, why, fix, default and references", () => {
    const rule = CATALOGUE["ec2-imdsv2-required"];
    const page = renderPolicies();
    const section = page.slice(page.indexOf("### ec2-imdsv2-required"));
    for (const text of [rule?.description, rule?.why, rule?.fix, "Default: mandatory, severity critical."]) {
      expect(section).toContain(text);
    }
    expect(section).toContain("Answers to: checkov CKV_AWS_79, trivy AWS-0028");
  });
});

describe("the hardening checklist", () => {
  it("has the ten demands", () => {
    expect(CHECKLIST).toHaveLength(10);
  });

  it.each(CHECKLIST)("$demand: held by rules and tests that there are", ({ rules, tests }) => {
    expect(rules.filter((id) => CATALOGUE[id] === undefined)).toEqual([]);
    expect(tests.filter((file) => !existsSync(file))).toEqual([]);
    const mandatory = rules.filter((id) => CATALOGUE[id]?.enforcement === "mandatory");
    expect(mandatory.length + tests.length).toBeGreaterThan(0);
  });
});
