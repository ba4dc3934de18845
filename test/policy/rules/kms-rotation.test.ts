import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const key = (props: Record<string, Value>) => resource("aws:kms/key:Key", props);
describeRule("kms-rotation", {
  passes: [
    ["on", key({ enableKeyRotation: true, rotationPeriodInDays: 365 })],
    ["a key that AWS cannot rotate", key({ customerMasterKeySpec: "RSA_4096" })],
  ],
  refuses: [
    ["none said", key({}), "it: enableKeyRotation is absent; wanted true."],
    ["off", key({ enableKeyRotation: false }), "it: enableKeyRotation is false; wanted true."],
    [
      "too seldom",
      key({ enableKeyRotation: true, rotationPeriodInDays: 366 }),
      "it: rotationPeriodInDays is 366; wanted at most 365.",
    ],
  ],
  unknown: [["it", key({ enableKeyRotation: UNKNOWN }), "it: enableKeyRotation"]],
});
