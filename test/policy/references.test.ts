import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";
import type { Reference } from "../../policies/core/rule";

/** `PREFIX first-last`, and single numbers, as the ids of a catalogue. */
const ids = (prefix: string, ...numbers: (number | readonly [first: number, last: number])[]): string[] =>
  numbers
    .flatMap((one) =>
      typeof one === "number" ? [one] : Array.from({ length: one[1] - one[0] + 1 }, (_, at) => one[0] + at),
    )
    .map((number) => `${prefix}${number}`);
const padded = (...numbers: number[]) => numbers.map((number) => `AWS-${String(number).padStart(4, "0")}`);

/** Every id that the rules are to answer to, by the catalogue that it stands in. */
const ANSWERED: Readonly<Record<Reference["catalogue"], readonly string[]>> = {
  checkov: [
    ...ids("CKV_AWS_", 1, 3, 7, 8, [18, 21], [23, 25], 33, 46, [53, 57], [60, 63], 66, 79, 88, 106),
    ...ids("CKV_AWS_", [107, 111], 126, 130, 135, 145, 148, 149, 158, 227, 260, 274, 277, [286, 290]),
    ...ids("CKV_AWS_", 338, 341, 355, 382, 386),
    ...ids("CKV2_AWS_", 11, 12, 41),
    ...ids("CKV_DOCKER_", 2, 3, 7, 8),
    "CKV_SECRET_13",
  ],
  trivy: [
    ...padded(9, 17, 26, 28, 29, 57, 65, 86, 87, 88, 89, 90, 91, 92, 93, 94, 98, 99, 104, 107, 124, 129, 130),
    ...padded(131, 132, 143, 178, 342, 344),
    ...["DS-0001", "DS-0002", "DS-0026", "DS-0031"],
  ],
  "cdk-nag": ["EC23", "EC26", "EC27", "EC28", "IAM4", "IAM5", "S1", "S2", "S10", "VPC7"],
  "aws-fsbp": [
    ...ids("EC2.", [1, 3], [6, 9], [13, 15], 18, 19),
    ...ids("ECS.", 1, 3, 4, 5, 8),
    ...ids("IAM.", 1, 2, 21),
    ...ids("KMS.", [1, 5]),
    // AWS has given no control the number S3.16.
    ...ids("S3.", [1, 15], 17),
    "ACM.2",
  ],
  "aws-ct": ids("CT.EC2.PR.", [1, 4]),
  "cis-aws": ids("6.", [3, 5], 7),
  "cis-docker": [...ids("2.", 5, 7), ...ids("4.", 1, 2, 6), ...ids("5.", [2, 32])],
  asvs: ["11.2.3", "11.5.1", "12.1.3", "13.3.1"],
};

const references = Object.values(CATALOGUE).flatMap((rule) => rule.references);

describe("the public catalogues that the rules answer to", () => {
  it.each(Object.entries(ANSWERED))("%s: each id stands in a rule", (catalogue, wanted) => {
    const given = new Set(references.filter((one) => one.catalogue === catalogue).map(({ id }) => id));
    expect(wanted.filter((id) => !given.has(id))).toEqual([]);
  });
});
