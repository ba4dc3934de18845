import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { MACHINE_TYPES, machines } from "../facts/machines";

const DEFAULTS = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults";
const IMAGE_BUILDER = "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration";

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
  types: [...MACHINE_TYPES, DEFAULTS, IMAGE_BUILDER],
  checkResource(resource, report) {
    for (const path of optionPaths(resource, report)) {
      expectAt(report, resource, path, '"required"', (value) => value === "required");
    }
  },
};
export default rule;

function optionPaths(...[resource, report]: Parameters<ResourceRule["checkResource"]>): string[] {
  switch (resource.type) {
    case DEFAULTS:
      return ["httpTokens"];
    case IMAGE_BUILDER:
      return ["instanceMetadataOptions.httpTokens"];
    default:
      // A spot fleet's own specification has no options: what it starts takes IMDSv1.
      return machines(resource, report).map(({ metadata }) => `${metadata}.httpTokens`);
  }
}
