import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isFalse, isTrue } from "../core/value";
import { disks, isSet, MACHINE_TYPES, machines, SCHEDULED, scheduledCopies } from "../facts/machines";

const AMI = "aws:ec2/ami:Ami";
const DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault";
/** Types that say it of themselves, off unless turned on. */
const DISKS = [
  "aws:ebs/volume:Volume",
  "aws:ebs/snapshotCopy:SnapshotCopy",
  "aws:ebs/snapshotImport:SnapshotImport",
  "aws:ec2/amiCopy:AmiCopy",
];

const rule: ResourceRule = {
  description: "Root volumes, data volumes and copies of snapshots are encrypted.",
  why: "A disk keeps prompts, pictures and keys; its snapshot or a discarded drive tells them to whoever gets it.",
  fix: "set encrypted to true on the volume, on rootBlockDevice, on each further block device and on each copy.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_3" },
    { catalogue: "checkov", id: "CKV_AWS_8" },
    { catalogue: "checkov", id: "CKV_AWS_106" },
    { catalogue: "trivy", id: "AWS-0026" },
    { catalogue: "trivy", id: "AWS-0131" },
    { catalogue: "aws-fsbp", id: "EC2.3" },
    { catalogue: "aws-fsbp", id: "EC2.7" },
    { catalogue: "cdk-nag", id: "EC26" },
  ],
  types: [...MACHINE_TYPES, ...DISKS, AMI, SCHEDULED, DEFAULT],
  checkResource(resource, report) {
    if (resource.type === DEFAULT) {
      expectAt(report, resource, "enabled", "true", (value) => !isFalse(value));
      return;
    }
    for (const path of paths(resource, report)) {
      expectAt(report, resource, path, "true", isTrue);
    }
  },
};
export default rule;

function paths(resource: Resource, report: Report): string[] {
  if (DISKS.includes(resource.type)) {
    return ["encrypted"];
  }
  if (resource.type === AMI) {
    // A snapshot brings its own encryption; EC2 takes no word about it, and each machine says it of its disks.
    return membersAt(report, resource, "ebsBlockDevices")
      .filter(({ path }) => !isSet(valueAt(resource, `${path}.snapshotId`)))
      .map(({ path }) => `${path}.encrypted`);
  }
  if (resource.type === SCHEDULED) {
    return scheduledCopies(resource, report).map(({ encrypted }) => encrypted);
  }
  return machines(resource, report).flatMap((machine) =>
    disks(machine, report).map(({ encrypted }) => encrypted),
  );
}
