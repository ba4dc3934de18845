import { expectAt, membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { SCHEDULED } from "../facts/machines";

const SHARES = [
  "aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
  "aws:ec2/amiLaunchPermission:AmiLaunchPermission",
];
const BLOCKED: Readonly<Record<string, string>> = {
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": "block-all-sharing",
  "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": "block-new-sharing",
};

const rule: ResourceRule = {
  description: "Snapshots and images of disks are shared with nobody.",
  why: "A shared snapshot is the whole disk, with prompts, pictures and keys, in another account.",
  fix: "remove the permission, or the shareRule of the schedule; block public access to snapshots (block-all-sharing) and images (block-new-sharing).",
  severity: "critical",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "EC2.1" }],
  types: [...SHARES, SCHEDULED, ...Object.keys(BLOCKED)],
  checkResource(resource, report) {
    const state = BLOCKED[resource.type];
    if (state !== undefined) {
      expectAt(report, resource, "state", JSON.stringify(state), (value) => value === state);
    } else if (resource.type === SCHEDULED) {
      for (const { path } of membersAt(report, resource, "policyDetails.schedules")) {
        const accounts = `${path}.shareRule.targetAccounts`;
        for (const { path: at, value } of membersAt(report, resource, accounts)) {
          report.violation({ resource, path: at, found: value, wanted: "no other account" });
        }
      }
    } else {
      report.violation({ resource, path: "", found: "a disk's image for another account", wanted: "none" });
    }
  },
};
export default rule;
