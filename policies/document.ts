import { CATALOGUE } from "./catalogue";
import { CHECKLIST, type ChecklistLine } from "./checklist";
import { isResourceRule, type Rule } from "./core/rule";

/** Where the rendered page lies. */
export const POLICIES_PAGE = "docs/policies.md";

/** Renders docs/policies.md from the rules themselves. */
export function renderPolicies(
  catalogue: Readonly<Record<string, Rule>> = CATALOGUE,
  checklist: readonly ChecklistLine[] = CHECKLIST,
): string {
  const rules = Object.entries(catalogue);
  const mandatory = rules.filter(([, { enforcement }]) => enforcement === "mandatory").length;
  return `# Policies

<!-- Made by \`npm run docs\` from policies/. Change it there. -->

${rules.length} rules, ${mandatory} of them mandatory by default: a mandatory violation stops \`pulumi preview
--policy-pack policies\`, fails \`npm run policy\` and with it the pull request. Enforcement and exceptions are configured in \`policies/config.json\`; an
exception has a resource, a reason, an owner and a last day, and is a violation itself without them. What is not known
before an update is said, and looked at again when it is.

## The hardening checklist

| demand | rules | tests |
|---|---|---|
${checklist.map(({ demand, rules: ids, tests }) => `| ${demand} | ${ids.map((id) => `[\`${id}\`](#${id})`).join(" ")} | ${tests.map((file) => `\`${file}\``).join(" ")} |`).join("\n")}

## The rules

${rules.map(([id, rule]) => section(id, rule)).join("\n\n")}
`;
}

function section(id: string, rule: Rule): string {
  const references = rule.references.map(({ catalogue, id: reference }) => `${catalogue} ${reference}`);
  const about = isResourceRule(rule) ? rule.types.map((type) => `\`${type}\``).join(", ") : "the whole stack";
  return `### ${id}

${rule.description}

- Default: ${rule.enforcement}, severity ${rule.severity}.
- Why: ${rule.why}
- Fix: ${rule.fix}
- Looks at: ${about}.
- Answers to: ${references.length === 0 ? "no public catalogue" : references.join(", ")}.`;
}
