import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const group = (retentionInDays: Value) => resource("aws:cloudwatch/logGroup:LogGroup", { retentionInDays });
const found = (days: string) => `it: retentionInDays ${days}; wanted at least 90.`;
describeRule("logs-retention", {
  passes: [["90 days", group(90)]],
  refuses: [
    ["none said", group(undefined), found("is absent")],
    ["forever", group(0), found("is 0")],
    ["89 days", group(89), found("is 89")],
    ["60 days", group(60), found("is 60")],
  ],
  unknown: [["it", group(UNKNOWN), "it: retentionInDays"]],
});
