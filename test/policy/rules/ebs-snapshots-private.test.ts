import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const SHARED = `it is "a disk's image for another account"; wanted none.`;
const snapshots = (state: Value) =>
  resource("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", { state });
const images = (state: Value) => resource("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", { state });

const scheduled = (...schedules: Value[]) =>
  resource("aws:dlm/lifecyclePolicy:LifecyclePolicy", { policyDetails: { schedules } });

describeRule("ebs-snapshots-private", {
  passes: [
    ["snapshots by the clock", scheduled({ name: "daily" })],
    ["snapshots that cannot be shared", snapshots("block-all-sharing")],
    ["images that cannot be shared", images("block-new-sharing")],
  ],
  refuses: [
    [
      "snapshots that are shared as they are made",
      scheduled({ name: "daily" }, { name: "weekly", shareRule: { targetAccounts: ["210987654321"] } }),
      'it: policyDetails.schedules[1].shareRule.targetAccounts[0] is "210987654321"; wanted no other account.',
    ],
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
  unknown: [
    [
      "with whom",
      scheduled({ shareRule: { targetAccounts: UNKNOWN } }),
      "it: policyDetails.schedules[0].shareRule.targetAccounts",
    ],
    ["the state", snapshots(UNKNOWN), "it: state"],
  ],
});
