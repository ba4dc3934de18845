import type { StackRule } from "../core/rule";
import { expectSaid, REPLICATIONS } from "../facts/buckets";

const INLINE: readonly string[] = ["replicationConfiguration", "replicationConfigurations"];

const rule: StackRule = {
  description: "Each bucket has a copy in another place.",
  why: "One account or one region lost is one copy lost; a stack with nothing that matters in S3 says so in an exception.",
  fix: "add an aws.s3.BucketReplicationConfig for the bucket.",
  severity: "low",
  enforcement: "advisory",
  references: [{ catalogue: "aws-fsbp", id: "S3.7" }],
  checkStack({ resources }, report) {
    expectSaid(report, resources, REPLICATIONS, INLINE, "without a copy", "a BucketReplicationConfig");
  },
};
export default rule;
