import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { GROUP_TYPES, RULE_TYPES, securityGroupRules } from "../facts/security-group-rules";

const [GROUP] = GROUP_TYPES;
/** What providers write where nobody wrote anything. */
const SAYS_NOTHING = /^\s*(managed by (pulumi|terraform))?\s*$/i;

const rule: ResourceRule = {
  description: "Each security group and each of its rules says what it is for.",
  why: "Nobody dares to close a port whose reason nobody knows.",
  fix: 'set description to the purpose, such as "Clients of the gateway".',
  severity: "low",
  enforcement: "advisory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_23" },
    { catalogue: "trivy", id: "AWS-0099" },
    { catalogue: "trivy", id: "AWS-0124" },
    { catalogue: "cdk-nag", id: "EC27" },
  ],
  types: RULE_TYPES,
  checkResource(resource, report) {
    const paths = securityGroupRules(resource, (path) => report.unknown(resource, path)).map(({ path }) =>
      path === "" ? "description" : `${path}.description`,
    );
    // AWS describes the default group itself.
    const own = resource.type === GROUP ? ["description"] : [];
    for (const path of [...own, ...paths]) {
      expectAt(
        report,
        resource,
        path,
        "what it is for",
        (value) => typeof value === "string" && !SAYS_NOTHING.test(value),
      );
    }
  },
};
export default rule;
