import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const ON = { encrypted: true };
const found = (path: string, value = "is absent") => `it: ${path} ${value}; wanted true.`;
const mapping = (...blockDeviceMappings: Value[]) => template({ blockDeviceMappings });
const of = (type: string, props: Record<string, Value>) => resource(type, props);
const VOLUME = "aws:ebs/volume:Volume";

const scheduled = (policyDetails: Record<string, Value>) =>
  resource("aws:dlm/lifecyclePolicy:LifecyclePolicy", { policyDetails });

describeRule("ebs-encrypted", {
  passes: [
    ["a root disk", instance({ rootBlockDevice: ON })],
    [
      "every disk of a template",
      mapping({ ebs: { encrypted: "true" } }, { noDevice: "true" }, { virtualName: "ephemeral0" }),
    ],
    ["a template's root disk", mapping({ deviceName: "/dev/sda1", ebs: ON })],
    [
      "a template's root disk by its other name, after another",
      mapping({ deviceName: "/dev/sdf", ebs: ON }, { deviceName: "/dev/xvda", ebs: ON }),
    ],
    [
      "a template's disk whose name is not known yet",
      mapping({ deviceName: UNKNOWN, ebs: ON }, { deviceName: "/dev/sdf", ebs: ON }),
    ],
    [
      "a launch configuration",
      configuration({ rootBlockDevice: ON, ebsBlockDevices: [ON, { noDevice: true }] }),
    ],
    ["a spot fleet", fleet({ rootBlockDevices: [ON], ebsBlockDevices: [ON] })],
    ["a volume", of(VOLUME, ON)],
    ["a schedule without copies", scheduled({ schedules: [{ name: "daily" }] })],
    ["a scheduled copy", scheduled({ schedules: [{ crossRegionCopyRules: [ON] }] })],
    ["encryption by default", of("aws:ebs/encryptionByDefault:EncryptionByDefault", {})],
    [
      "an image's disk from a snapshot, of which EC2 takes no word",
      of("aws:ec2/ami:Ami", { ebsBlockDevices: [{ snapshotId: UNKNOWN }, ON] }),
    ],
    ["an image", of("aws:ec2/ami:Ami", { ebsBlockDevices: [ON] })],
  ],
  refuses: [
    ["a root disk that is not named", instance({}), found("rootBlockDevice.encrypted")],
    [
      "a root disk that does not say",
      spot({ rootBlockDevice: { volumeSize: 8 } }),
      found("rootBlockDevice.encrypted"),
    ],
    [
      "a further disk",
      instance({ rootBlockDevice: ON, ebsBlockDevices: [ON, { encrypted: false }] }),
      found("ebsBlockDevices[1].encrypted", "is false"),
    ],
    ["a template without disks", template({}), found("blockDeviceMappings[0].ebs.encrypted")],
    [
      "a template that only takes a disk away",
      mapping({ noDevice: "true" }),
      found("blockDeviceMappings[1].ebs.encrypted"),
    ],
    [
      "a template that names every disk but the root's",
      mapping({ deviceName: "/dev/sdf", ebs: ON }, { deviceName: "/dev/xvdb", ebs: ON }),
      found("blockDeviceMappings[2].ebs.encrypted"),
    ],
    [
      "a disk of a template",
      mapping({ ebs: ON }, { ebs: { encrypted: "false" } }),
      found("blockDeviceMappings[1].ebs.encrypted", 'is "false"'),
    ],
    ["a launch configuration", configuration({}), found("rootBlockDevice.encrypted")],
    [
      "a spot fleet without a root disk",
      fleet({}),
      found("launchSpecifications[0].rootBlockDevices[0].encrypted"),
    ],
    [
      "a spot fleet's disk",
      fleet({ rootBlockDevices: [{}] }),
      found("launchSpecifications[0].rootBlockDevices[0].encrypted"),
    ],
    ["a volume", of(VOLUME, {}), found("encrypted")],
    ["a volume from a snapshot", of(VOLUME, { snapshotId: "snap-1" }), found("encrypted")],
    [
      "a copied snapshot",
      of("aws:ebs/snapshotCopy:SnapshotCopy", { encrypted: false }),
      found("encrypted", "is false"),
    ],
    [
      "a copy that a schedule makes",
      scheduled({ schedules: [{}, { crossRegionCopyRules: [ON, { encrypted: false }] }] }),
      found("policyDetails.schedules[1].crossRegionCopyRules[1].encrypted", "is false"),
    ],
    [
      "a copy of what others share",
      scheduled({ action: { crossRegionCopies: [{ target: "eu-west-1" }] } }),
      found("policyDetails.action.crossRegionCopies[0].encryptionConfiguration.encrypted"),
    ],
    ["an imported snapshot", of("aws:ebs/snapshotImport:SnapshotImport", {}), found("encrypted")],
    ["a copied image", of("aws:ec2/amiCopy:AmiCopy", {}), found("encrypted")],
    [
      "an image's disk",
      of("aws:ec2/ami:Ami", { ebsBlockDevices: [{}] }),
      found("ebsBlockDevices[0].encrypted"),
    ],
    [
      "encryption by default turned off",
      of("aws:ebs/encryptionByDefault:EncryptionByDefault", { enabled: false }),
      found("enabled", "is false"),
    ],
  ],
  unknown: [
    ["it", of(VOLUME, { encrypted: UNKNOWN }), "it: encrypted"],
    ["a template's disks", template({ blockDeviceMappings: UNKNOWN }), "it: blockDeviceMappings"],
    [
      "one of a template's disks",
      mapping({ deviceName: "/dev/sdf", ebs: ON }, UNKNOWN),
      "it: blockDeviceMappings[1]",
    ],
    [
      "a fleet's root disks",
      fleet({ rootBlockDevices: UNKNOWN }),
      "it: launchSpecifications[0].rootBlockDevices",
    ],
  ],
});
