import { valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { attachedPolicies, nameOfAws } from "../facts/iam-attachments";
import { expectOwned } from "../facts/partners";

const POLICY = "aws:iam/policy:Policy";

const rule: StackRule = {
  description: "A policy that is attached is one of this stack, or one of AWS's own.",
  why: "What a policy from elsewhere in the account allows is seen by no rule here, and can change without this stack.",
  fix: "write the policy in this stack (aws.iam.Policy or aws.iam.RolePolicy) and attach that one.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "IAM.1" }],
  checkStack({ resources }, report) {
    const policies = resources.filter(({ type }) => type === POLICY);
    for (const resource of resources) {
      for (const path of attachedPolicies(resource, report)) {
        // AWS's own are for iam-no-broad-managed-policy to look at.
        if (nameOfAws(valueAt(resource, path)) === undefined) {
          const keys = path.endsWith("name") ? ["name"] : ["arn", "id"];
          expectOwned(report, resource, path, policies, keys, "a policy of this stack");
        }
      }
    }
  },
};
export default rule;
