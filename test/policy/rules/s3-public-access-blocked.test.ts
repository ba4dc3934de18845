import { UNKNOWN } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const ALL = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const block = (props = {}) => about("PublicAccessBlock", { ...ALL, ...props });
const account = (props = {}) =>
  resource("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", { ...ALL, ...props });
const point = (publicAccessBlockConfiguration?: Record<string, boolean> | typeof UNKNOWN) =>
  resource("aws:s3/accessPoint:AccessPoint", { publicAccessBlockConfiguration });
const everywhere = (publicAccessBlock?: Record<string, boolean> | typeof UNKNOWN) =>
  resource("aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint", { details: { publicAccessBlock } });
const missing = (name: string) =>
  `${name} is "without a block of public access"; wanted a BucketPublicAccessBlock with all four flags.`;

describeRule("s3-public-access-blocked", {
  passes: [
    ["no bucket", []],
    ["a bucket with its block", [bucket({ id: "b" }), block({ bucket: "b" })]],
    ["a bucket that is named by its name", [bucket({ bucket: "b" }), block({ bucket: "b" })]],
    ["a bucket of version 6, before ids are known", [bucketV2(), block()]],
    ["an access point by its default", point()],
    ["an access point of several regions by its default", everywhere()],
    ["the account's block", account()],
  ],
  refuses: [
    ["a bucket without", bucket(), missing("pictures")],
    ["a bucket of version 6 without", bucketV2(), missing("pictures")],
    ["another bucket's block", [bucket({ id: "b" }), block({ bucket: "c" })], missing("pictures")],
    ["one block for two", [bucket({}, "a"), bucket({}, "b"), block()], missing("b")],
    ["the account's block alone", [bucket(), account()], missing("pictures")],
    ["one flag off", block({ ignorePublicAcls: false }), "it: ignorePublicAcls is false; wanted true."],
    [
      "one flag left out",
      block({ blockPublicPolicy: undefined }),
      "it: blockPublicPolicy is absent; wanted true.",
    ],
    [
      "a flag of the account off, as text",
      account({ restrictPublicBuckets: "false" }),
      'it: restrictPublicBuckets is "false"; wanted true.',
    ],
    [
      "an access point that lets lists in",
      point({ blockPublicAcls: false }),
      "it: publicAccessBlockConfiguration.blockPublicAcls is false; wanted true.",
    ],
    [
      "an access point of several regions that lets policies in",
      everywhere({ ...ALL, blockPublicPolicy: false }),
      "it: details.publicAccessBlock.blockPublicPolicy is false; wanted true.",
    ],
  ],
  unknown: [
    ["the block of an access point of several regions", everywhere(UNKNOWN), "it: details.publicAccessBlock"],
    ["a flag", block({ blockPublicAcls: UNKNOWN }), "it: blockPublicAcls"],
    ["an access point's block", point(UNKNOWN), "it: publicAccessBlockConfiguration"],
  ],
});
