import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const KEY = "arn:aws:kms:eu-central-1:1:key/x";
const by = (sseAlgorithm: Value, kmsMasterKeyId: Value = KEY, kind = "ServerSideEncryptionConfiguration") =>
  about(kind, { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } }] });
const inline = (sseAlgorithm: Value, kmsMasterKeyId: Value = KEY) =>
  bucket({
    serverSideEncryptionConfiguration: {
      rule: { applyServerSideEncryptionByDefault: { sseAlgorithm, kmsMasterKeyId } },
    },
  });
const object = (props: Record<string, Value>, kind = "bucketObjectv2:BucketObjectv2") =>
  resource(`aws:s3/${kind}`, props);
const PATH = "rules[0].applyServerSideEncryptionByDefault";
const INLINE = "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault";
const missing =
  'pictures is "without encryption by a key of the stack\'s own"; wanted a BucketServerSideEncryptionConfiguration with a KMS key.';

describeRule("s3-encrypted", {
  passes: [
    ["an object that leaves it to its bucket", object({})],
    ["an object with a key", object({ serverSideEncryption: "aws:kms", kmsKeyId: KEY })],
    ["an object with a key alone", object({ kmsKeyId: KEY })],
    ["a bucket with a key", [bucket(), by("aws:kms")]],
    ["both layers", [bucket(), by("aws:kms:dsse")]],
    ["version 6", [bucketV2(), by("aws:kms", KEY, "ServerSideEncryptionConfigurationV2")]],
    ["a bucket that says so itself", inline("aws:kms")],
    [
      "a bucket of version 6 that says so itself",
      bucketV2({
        serverSideEncryptionConfigurations: [
          {
            rules: [
              { applyServerSideEncryptionByDefaults: [{ sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY }] },
            ],
          },
        ],
      }),
    ],
    ["what AWS reports of a bucket beside its own resource", [inline("AES256", undefined), by("aws:kms")]],
  ],
  refuses: [
    ...["bucketObject:BucketObject", "bucketObjectv2:BucketObjectv2", "objectCopy:ObjectCopy"].map(
      (kind): [string, Resource, string] => [
        `S3's own key in a ${kind}`,
        object({ serverSideEncryption: "AES256" }, kind),
        'it: serverSideEncryption is "AES256"; wanted "aws:kms" or "aws:kms:dsse".',
      ],
    ),
    [
      "AWS's key in an object that names none",
      object({ serverSideEncryption: "aws:kms" }),
      "it: kmsKeyId is absent; wanted a KMS key of the stack's own.",
    ],
    [
      "AWS's key in an object",
      object({ kmsKeyId: "alias/aws/s3" }),
      'it: kmsKeyId is "alias/aws/s3"; wanted a KMS key of the stack\'s own.',
    ],
    ["none", bucket(), missing],
    ["none in version 6", bucketV2(), missing],
    ["S3's own key in the bucket", inline("AES256"), missing],
    ["AWS's key in the bucket", inline("aws:kms", "alias/aws/s3"), missing],
    [
      "S3's own key",
      by("AES256"),
      `it: ${PATH}.sseAlgorithm is "AES256"; wanted "aws:kms" or "aws:kms:dsse".`,
    ],
    [
      "no key",
      by("aws:kms", null),
      `it: ${PATH}.kmsMasterKeyId is null; wanted a KMS key of the stack's own.`,
    ],
    [
      "AWS's key",
      by("aws:kms", "arn:aws:kms:eu-central-1:1:alias/aws/s3"),
      `it: ${PATH}.kmsMasterKeyId is "arn:aws:kms:eu-central-1:1:alias/aws/s3"; wanted a KMS key of the stack's own.`,
    ],
    [
      "no rules",
      about("ServerSideEncryptionConfiguration", { rules: [] }),
      "it: rules is []; wanted one for aws:kms.",
    ],
  ],
  unknown: [
    ["an object's algorithm", object({ serverSideEncryption: UNKNOWN }), "it: serverSideEncryption"],
    ["an object's key", object({ serverSideEncryption: "aws:kms", kmsKeyId: UNKNOWN }), "it: kmsKeyId"],
    ["the algorithm", by(UNKNOWN), `it: ${PATH}.sseAlgorithm`],
    ["the key", by("aws:kms", UNKNOWN), `it: ${PATH}.kmsMasterKeyId`],
    ["the rules", about("ServerSideEncryptionConfiguration", { rules: UNKNOWN }), "it: rules"],
    ["the bucket's key", inline("aws:kms", UNKNOWN), `pictures: ${INLINE}`],
    ["the bucket's algorithm", inline(UNKNOWN), `pictures: ${INLINE}`],
  ],
});
