import { UNKNOWN, type Value } from "../../../policies/core/value";
import { configuration, fleet, instance, template } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const KEY = { kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/1" };
const found = (path: string, value = "is absent") =>
  `it: ${path} ${value}; wanted a KMS key of the stack's own.`;
const volume = (kmsKeyId: Value) => resource("aws:ebs/volume:Volume", { kmsKeyId });
const scheduled = (policyDetails: Record<string, Value>) =>
  resource("aws:dlm/lifecyclePolicy:LifecyclePolicy", { policyDetails });

describeRule("ebs-own-key", {
  passes: [
    ["an instance", instance({ rootBlockDevice: KEY, ebsBlockDevices: [KEY] })],
    ["a template", template({ blockDeviceMappings: [{ ebs: KEY }] })],
    ["a launch configuration, which has no property for it", configuration({ rootBlockDevice: {} })],
    ["a volume with an alias of its own", volume("alias/comfy")],
    ["a scheduled copy", scheduled({ schedules: [{ crossRegionCopyRules: [{ cmkArn: KEY.kmsKeyId }] }] })],
    ["a default key", resource("aws:ebs/defaultKmsKey:DefaultKmsKey", { keyArn: KEY.kmsKeyId })],
  ],
  refuses: [
    ["none", instance({}), found("rootBlockDevice.kmsKeyId")],
    ["none in a template", template({}), found("blockDeviceMappings[0].ebs.kmsKeyId")],
    [
      "none in a spot fleet",
      fleet({ rootBlockDevices: [{}] }),
      found("launchSpecifications[0].rootBlockDevices[0].kmsKeyId"),
    ],
    [
      "none for a copy that a schedule makes",
      scheduled({ schedules: [{ crossRegionCopyRules: [{ encrypted: true }] }] }),
      found("policyDetails.schedules[0].crossRegionCopyRules[0].cmkArn"),
    ],
    [
      "AWS's own for a copy of what others share",
      scheduled({
        action: { crossRegionCopies: [{ encryptionConfiguration: { cmkArn: "alias/aws/ebs" } }] },
      }),
      found("policyDetails.action.crossRegionCopies[0].encryptionConfiguration.cmkArn", 'is "alias/aws/ebs"'),
    ],
    ["AWS's own key", volume("alias/aws/ebs"), found("kmsKeyId", 'is "alias/aws/ebs"')],
    [
      "AWS's own key by its ARN",
      volume("arn:aws:kms:eu-central-1:1:alias/aws/ebs"),
      found("kmsKeyId", 'is "arn:aws:kms:eu-central-1:1:alias/aws/ebs"'),
    ],
    ["a blank", volume(" "), found("kmsKeyId", 'is " "')],
    ["a copied snapshot without", resource("aws:ebs/snapshotCopy:SnapshotCopy", {}), found("kmsKeyId")],
    [
      "an imported snapshot without",
      resource("aws:ebs/snapshotImport:SnapshotImport", {}),
      found("kmsKeyId"),
    ],
    ["a copied image without", resource("aws:ec2/amiCopy:AmiCopy", {}), found("kmsKeyId")],
    [
      "AWS's own as the default",
      resource("aws:ebs/defaultKmsKey:DefaultKmsKey", { keyArn: "alias/aws/ebs" }),
      found("keyArn", 'is "alias/aws/ebs"'),
    ],
  ],
  unknown: [["the key", volume(UNKNOWN), "it: kmsKeyId"]],
});
