import { membersAt } from "../core/expectation";
import type { Resource } from "../core/resource";
import type { Report } from "../core/rule";
import type { Value } from "../core/value";

/** Types that attach policies by ARN or, in each account of an organization, by name: one, or a list. */
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
  "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment":
    "customerManagedPolicyReference.name",
  "aws:ssoadmin/customerManagedPolicyAttachmentsExclusive:CustomerManagedPolicyAttachmentsExclusive":
    "customerManagedPolicyReferences[].name",
};

export const ATTACHMENT_TYPES: readonly string[] = Object.keys(ATTACHMENTS);

/** The paths of the policies that a resource attaches; a list that is not known yet is reported. */
export function attachedPolicies(resource: Resource, report: Report): string[] {
  const path = ATTACHMENTS[resource.type];
  if (path === undefined) {
    return [];
  }
  const [list = path, key] = path.split("[]");
  return key === undefined
    ? [path]
    : membersAt(report, resource, list).map((member) => `${member.path}${key}`);
}

/** The name of one of AWS's own policies, such as `AdministratorAccess`; undefined for any other. */
export function nameOfAws(arn: Value): string | undefined {
  return /^arn:[\w-]+:iam::aws:policy\/(.+)/i.exec(String(arn).trim())?.[1];
}
