import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const key = (props: Record<string, Value>) => resource("aws:kms/key:Key", props);
describeRule("kms-rotation", {
  passes: [
    ["on", key({ enableKeyRotation: true, rotationPeriodInDays: 365 })],
    ["on, every 90 days", key({ enableKeyRotation: "true", rotationPeriodInDays: 90 })],
    ["on, every year", key({ enableKeyRotation: true })],
    ["a key in a store of one's own", key({ customKeyStoreId: "cks-1" })],
    ["a key that AWS cannot rotate", key({ customerMasterKeySpec: "RSA_4096" })],
  ],
  refuses: [
    ["none said", key({}), "it: enableKeyRotation is absent; wanted true."],
    ["off", key({ enableKeyRotation: false }), "it: enableKeyRotation is false; wanted true."],
    [
      "off for a key that says what it is",
      key({ customerMasterKeySpec: "SYMMETRIC_DEFAULT" }),
      "it: enableKeyRotation is absent; wanted true.",
    ],
    [
      "off for a key of no store",
      key({ customKeyStoreId: "" }),
      "it: enableKeyRotation is absent; wanted true.",
    ],
    [
      "too seldom",
      key({ enableKeyRotation: true, rotationPeriodInDays: 366 }),
      "it: rotationPeriodInDays is 366; wanted at most 365.",
    ],
  ],
  unknown: [
    ["of what kind it is", key({ customerMasterKeySpec: UNKNOWN }), "it: customerMasterKeySpec"],
    ["where it is kept", key({ customKeyStoreId: UNKNOWN }), "it: customKeyStoreId"],
    ["it", key({ enableKeyRotation: UNKNOWN }), "it: enableKeyRotation"],
  ],
});
