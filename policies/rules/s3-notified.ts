import type { StackRule } from "../core/rule";
import { expectSaid, NOTIFICATIONS } from "../facts/buckets";

const INLINE: readonly string[] = [];

const rule: StackRule = {
  description: "Each bucket tells somebody what happens in it.",
  why: "A deletion of a thousand objects is worth knowing of before the next morning.",
  fix: "add an aws.s3.BucketNotification, for instance with eventbridge true.",
  severity: "low",
  enforcement: "advisory",
  references: [{ catalogue: "aws-fsbp", id: "S3.11" }],
  checkStack({ resources }, report) {
    expectSaid(report, resources, NOTIFICATIONS, INLINE, "without notifications", "a BucketNotification");
  },
};
export default rule;
