import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";

const SNAPSHOTS_BLOCK = "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess";
const IMAGES_BLOCK = "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess";
const SHARES = [
  "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
  "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
];
const BLOCKED: Readonly<Record<string, string>> = {
  [SNAPSHOTS_BLOCK]: "block-all-sharing",
  [IMAGES_BLOCK]: "block-new-sharing",
};

const rule: ResourceRule = {
  description: "Snapshots and images of disks are shared with nobody.",
  why: "A shared snapshot is the whole disk, with prompts, pictures and keys, in another account.",
  fix: "remove the permission; block public access to snapshots (block-all-sharing) and images (block-new-sharing).",
  severity: "critical",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "EC2.1" }],
  types: [...SHARES, SNAPSHOTS_BLOCK, IMAGES_BLOCK],
  checkResource(resource, report) {
    const state = BLOCKED[resource.type];
    if (state === undefined) {
      report.violation({ resource, path: "", found: "a disk's image for another account", wanted: "none" });
    } else {
      expectAt(report, resource, "state", JSON.stringify(state), (value) => value === state);
    }
  },
};
export default rule;
