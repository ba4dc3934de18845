import { UNKNOWN, type Value } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { describeRule } from "../../support/rule-table";

const DENIAL = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const document = (more: Record<string, Value> = {}) => ({ Statement: [{ ...DENIAL, ...more }] });
const policy = (more: Record<string, Value> = {}) => about("Policy", { policy: document(more) });
const WANTED = 'wanted a statement that denies s3:* to * where aws:SecureTransport is "false".';
const missing = `pictures is "without a policy"; ${WANTED}`;
const without = `it: policy is "without one for TLS"; ${WANTED}`;

describeRule("s3-only-tls", {
  passes: [
    ["a bucket with its policy", [bucket(), policy()]],
    [
      "as text, in other spellings",
      [
        bucketV2(),
        about("Policy", {
          policy: JSON.stringify(
            document({
              Principal: { AWS: ["*"] },
              Action: "*",
              Condition: { Bool: { "AWS:SecureTransport": false } },
            }),
          ),
        }),
      ],
    ],
    [
      "a denial among other statements",
      about("Policy", {
        policy: {
          Statement: [
            { Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:role/x" }, Action: "s3:GetObject" },
            DENIAL,
          ],
        },
      }),
    ],
    [
      "a denial that says too much",
      policy({
        Principal: { AWS: ["arn:aws:iam::1:role/x", "*"] },
        Action: ["s3:GetObject", "s3:*"],
        Condition: { Bool: { "aws:SecureTransport": ["false"] } },
      }),
    ],
    ["a denial for whatever is called like the bucket", policy({ Resource: "arn:aws-cn:s3:::b*" })],
    [
      "a denial with a condition that may be absent",
      policy({ Condition: { BoolIfExists: { "aws:SecureTransport": "false" } } }),
    ],
    ["a denial for everything", policy({ Resource: "*" })],
    ["a denial whose bucket is not known yet", policy({ Resource: [UNKNOWN, UNKNOWN] })],
    ["a denial for a bucket not known yet", policy({ Resource: [UNKNOWN, "arn:aws:s3:::b/*"] })],
    ["a policy in the bucket", bucket({ policy: JSON.stringify(document()) })],
  ],
  refuses: [
    ["none", bucket(), missing],
    ["a policy about something else", bucket({ policy: document({ Effect: "Allow" }) }), missing],
    ["a denial to one role alone", policy({ Principal: { AWS: "arn:aws:iam::1:role/x" } }), without],
    ["a denial of reading alone", policy({ Action: "s3:Get*" }), without],
    ["a denial for the bucket, not for what is in it", policy({ Resource: "arn:aws:s3:::b" }), without],
    ["a denial for what is in it, not for the bucket", policy({ Resource: "arn:aws:s3:::b/*" }), without],
    ["a denial for what is in any, not for a bucket", policy({ Resource: "arn:aws:s3:::*/*" }), without],
    ["a denial for one folder", policy({ Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/x/*"] }), without],
    ["a denial for objects of one name", policy({ Resource: "arn:aws:s3:::b/public*" }), without],
    ["a denial for objects of one kind", policy({ Resource: "arn:aws:s3:::b/*.png" }), without],
    ["a denial for something else", policy({ Resource: "prefix arn:aws:s3:::b/*" }), without],
    [
      "a denial to who has no second factor",
      policy({ Condition: { Bool: { "aws:MultiFactorAuthPresent": "false" } } }),
      without,
    ],
    ["a denial of TLS", policy({ Condition: { Bool: { "aws:SecureTransport": "true" } } }), without],
    ["a denial of everything", policy({ Condition: {} }), without],
    [
      "a denial from one network alone",
      policy({
        Condition: {
          Bool: { "aws:SecureTransport": "false" },
          IpAddress: { "aws:SourceIp": "192.0.2.1/32" },
        },
      }),
      without,
    ],
    [
      "a condition that is not asked for",
      policy({ Condition: { Null: { "aws:SecureTransport": "false" } } }),
      without,
    ],
  ],
  unknown: [
    ["the policy", [bucket(), about("Policy", { policy: UNKNOWN })], "it: policy"],
    ["the bucket's own policy", bucket({ policy: UNKNOWN }), "pictures: policy"],
  ],
});
