import { expectAt, membersAt } from "../core/expectation";
import type { Resource } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";

/** Types that attach policies by ARN: one, or a list. */
const ATTACHMENTS: Readonly<Record<string, string>> = {
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "policyArn",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment": "policyArn",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "policyArn",
  "aws:iam/policyAttachment:PolicyAttachment": "policyArn",
  "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive": "policyArns[]",
  "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive": "policyArns[]",
  "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive": "policyArns[]",
  "aws:iam/role:Role": "managedPolicyArns[]",
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": "managedPolicyArn",
  "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": "managedPolicyArns[]",
};

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
  types: Object.keys(ATTACHMENTS),
  checkResource(resource, report) {
    for (const path of paths(resource, report)) {
      expectAt(report, resource, path, "a narrow policy", (value) => !isBroad(value));
    }
  },
};
export default rule;

function paths(resource: Resource, report: Report): string[] {
  const path = ATTACHMENTS[resource.type] ?? "";
  return path.endsWith("[]")
    ? membersAt(report, resource, path.slice(0, -2)).map((member) => member.path)
    : [path];
}

function isBroad(value: Value): boolean {
  const name =
    value === UNKNOWN ? undefined : /^arn:[\w-]+:iam::aws:policy\/(.+)$/i.exec(String(value).trim())?.[1];
  return name !== undefined && !NARROW.includes(name);
}
