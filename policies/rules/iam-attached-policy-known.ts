import { valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { partnership } from "../facts/partners";

const POLICY = "aws:iam/policy:Policy";
const ATTACHMENTS = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
];
/** AWS's own, which iam-no-broad-managed-policy looks at. */
const OF_AWS = /^\s*arn:[\w-]+:iam::aws:policy\//i;

const rule: StackRule = {
  description: "A policy that is attached is one of this stack, or one of AWS's own.",
  why: "What a policy from elsewhere in the account allows is seen by no rule here, and can change without this stack.",
  fix: "write the policy in this stack (aws.iam.Policy or aws.iam.RolePolicy) and attach that one.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "IAM.1" }],
  checkStack({ resources }, report) {
    const policies = resources.filter(({ type }) => type === POLICY);
    for (const resource of resources.filter(({ type }) => ATTACHMENTS.includes(type))) {
      const found = valueAt(resource, "policyArn");
      const isOfStack = policies.some(
        (one) => partnership(one, ["arn", "id"], resource, "policyArn") !== "no",
      );
      if (!isOfStack && !(typeof found === "string" && OF_AWS.test(found))) {
        const shown = found === UNKNOWN ? "one that is not of this stack" : found;
        report.violation({ resource, path: "policyArn", found: shown, wanted: "a policy of this stack" });
      }
    }
  },
};
export default rule;
