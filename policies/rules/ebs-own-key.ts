import { expectAt } from "../core/expectation";
import type { Resource } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isOwnKey } from "../facts/keys";
import { disks, MACHINE_TYPES, machines, SCHEDULED, scheduledCopies } from "../facts/machines";

const OWN_PATHS: Readonly<Record<string, string>> = {
  "aws:ebs/volume:Volume": "kmsKeyId",
  "aws:ebs/snapshotCopy:SnapshotCopy": "kmsKeyId",
  "aws:ebs/snapshotImport:SnapshotImport": "kmsKeyId",
  "aws:ec2/amiCopy:AmiCopy": "kmsKeyId",
  "aws:ebs/defaultKmsKey:DefaultKmsKey": "keyArn",
};

const rule: ResourceRule = {
  description: "Volumes are encrypted with a KMS key of the stack's own.",
  why: "Whoever may use EC2 in the account may use AWS's key for it; only a key of one's own has a policy to change and can be shut.",
  fix: "set kmsKeyId (cmkArn of a scheduled copy) to the ARN of the stack's KMS key.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_3" },
    { catalogue: "aws-fsbp", id: "EC2.3" },
  ],
  types: [...MACHINE_TYPES, SCHEDULED, ...Object.keys(OWN_PATHS)],
  checkResource(resource, report) {
    for (const path of paths(resource, report)) {
      expectAt(report, resource, path, "a KMS key of the stack's own", isOwnKey);
    }
  },
};
export default rule;

function paths(resource: Resource, report: Report): string[] {
  const own = OWN_PATHS[resource.type];
  if (own !== undefined) {
    return [own];
  }
  const found =
    resource.type === SCHEDULED
      ? scheduledCopies(resource, report)
      : machines(resource, report).flatMap((machine) => disks(machine, report));
  return found.flatMap(({ key }) => key ?? []);
}
