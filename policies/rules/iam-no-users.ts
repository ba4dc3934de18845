import { membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";

/** Attaches a policy to roles, too. */
const ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment";
const HOLDERS = ["users", "groups"];

const rule: ResourceRule = {
  description: "The stack makes no IAM users, groups, passwords or access keys, and gives no user rights.",
  why: "An access key never ends, lies in the state and in somebody's files, and is what the leaks are made of.",
  fix: "use a role: the instance profile on the machine, IAM Identity Center for people, OIDC for pipelines.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_273" },
    { catalogue: "trivy", id: "AWS-0143" },
    { catalogue: "aws-fsbp", id: "IAM.2" },
  ],
  types: [
    "aws:iam/user:User",
    "aws:iam/group:Group",
    "aws:iam/groupMembership:GroupMembership",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
    "aws:iam/userGroupMembership:UserGroupMembership",
    "aws:iam/accessKey:AccessKey",
    "aws:iam/userLoginProfile:UserLoginProfile",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
    "aws:iam/sshKey:SshKey",
    "aws:iam/signingCertificate:SigningCertificate",
    "aws:lightsail/bucketAccessKey:BucketAccessKey",
    ATTACHMENT,
  ],
  checkResource(resource, report) {
    if (resource.type === ATTACHMENT) {
      for (const { path, value } of HOLDERS.flatMap((list) => membersAt(report, resource, list))) {
        report.violation({ resource, path, found: value, wanted: "a role" });
      }
      return;
    }
    const found = resource.type.split(":").at(-1);
    report.violation({ resource, path: "", found, wanted: "a role" });
  },
};
export default rule;
