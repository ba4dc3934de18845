import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";

const rule: ResourceRule = {
  description: "Instances and launch templates answer metadata requests only with a session token (IMDSv2).",
  why: "With IMDSv1 one forged request from a node, a server-side request forgery, reads the credentials of the instance's role.",
  fix: 'set metadataOptions.httpTokens to "required" on the instance or the launch template itself.',
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_79" },
    { catalogue: "trivy", id: "AWS-0028" },
    { catalogue: "trivy", id: "AWS-0130" },
    { catalogue: "aws-fsbp", id: "EC2.8" },
    { catalogue: "aws-ct", id: "CT.EC2.PR.1" },
    { catalogue: "cis-aws", id: "6.7" },
  ],
  types: ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"],
  checkResource(resource, report) {
    expectAt(report, resource, "metadataOptions.httpTokens", '"required"', (value) => value === "required");
  },
};
export default rule;
