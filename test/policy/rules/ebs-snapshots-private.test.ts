import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const SHARED = `it is "a disk's image for another account"; wanted none.`;
const snapshots = (state: Value) =>
  resource("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", { state });
const images = (state: Value) => resource("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", { state });

describeRule("ebs-snapshots-private", {
  passes: [
    ["snapshots that cannot be shared", snapshots("block-all-sharing")],
    ["images that cannot be shared", images("block-new-sharing")],
  ],
  refuses: [
    [
      "a shared snapshot",
      resource("aws:ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission", { accountId: "1" }),
      SHARED,
    ],
    ["a shared image", resource("aws:ec2/amiLaunchPermission:AmiLaunchPermission", { group: "all" }), SHARED],
    [
      "old snapshots left shared",
      snapshots("block-new-sharing"),
      'it: state is "block-new-sharing"; wanted "block-all-sharing".',
    ],
    ["images unblocked", images("unblocked"), 'it: state is "unblocked"; wanted "block-new-sharing".'],
  ],
  unknown: [["the state", snapshots(UNKNOWN), "it: state"]],
});
