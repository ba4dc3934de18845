import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { ATTACHMENT_TYPES, attachedPolicies, nameOfAws } from "../facts/iam-attachments";

/** AWS's own policies that give a machine no more than it needs. */
const NARROW: readonly string[] = [
  "AmazonSSMManagedInstanceCore",
  "CloudWatchAgentServerPolicy",
  "AmazonEC2ContainerRegistryPullOnly",
  "service-role/AWSDataLifecycleManagerServiceRole",
];

const rule: ResourceRule = {
  description: "Of AWS's own managed policies only those are attached that give a machine what it needs.",
  why: "AdministratorAccess, PowerUserAccess and the FullAccess family are for people in a hurry, and AWS widens its policies without asking.",
  fix: `attach a policy of the stack's own, or one of ${NARROW.join(", ")}.`,
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_274" },
    { catalogue: "aws-fsbp", id: "IAM.1" },
    { catalogue: "cdk-nag", id: "IAM4" },
  ],
  types: ATTACHMENT_TYPES,
  checkResource(resource, report) {
    for (const path of attachedPolicies(resource, report)) {
      expectAt(report, resource, path, "a narrow policy", (value) => {
        const name = nameOfAws(value);
        return name === undefined || NARROW.includes(name);
      });
    }
  },
};
export default rule;
