import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { about, bucket, bucketV2 } from "../../support/buckets";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers";
const owner = { type: "CanonicalUser", id: "1", permissions: ["FULL_CONTROL"] };
const granted = (...grantees: Value[]) =>
  about("Acl", {
    accessControlPolicy: {
      owner: { id: "1" },
      grants: grantees.map((grantee) => ({ grantee, permission: "READ" })),
    },
  });
const refused = (at: string, found: string) =>
  `${at} is ${found}; wanted "private", and a policy for everybody else.`;
const grant = (at: string, found: string) => `${at} is ${found}; wanted no grant but the owner's.`;

describeRule("s3-no-acl", {
  passes: [
    ["a bucket that says nothing", bucket()],
    [
      "private",
      [bucketV2({ acl: "private" }), about("Acl", { acl: "private" }), about("AclV2", { acl: "private" })],
    ],
    [
      "an object whose list gives the bucket's owner all of it",
      resource("aws:s3/bucketObjectv2:BucketObjectv2", { acl: "bucket-owner-full-control" }),
    ],
    ["logs that say nothing of who reads them", about("Logging", { targetBucket: "logs" })],
    ["what AWS reports of the owner", [bucketV2({ grants: [owner] }), granted(owner)]],
    ["an object that says nothing", resource("aws:s3/bucketObjectv2:BucketObjectv2", {})],
    ["lists turned off", about("OwnershipControls", { rule: { objectOwnership: "BucketOwnerEnforced" } })],
  ],
  refuses: [
    ["everyone reads", bucket({ acl: "public-read" }), refused("pictures: acl", '"public-read"')],
    [
      "everyone writes",
      bucketV2({ acl: "public-read-write" }),
      refused("pictures: acl", '"public-read-write"'),
    ],
    [
      "everyone with an account",
      about("Acl", { acl: "authenticated-read" }),
      refused("it: acl", '"authenticated-read"'),
    ],
    ["in version 6", about("AclV2", { acl: "public-read" }), refused("it: acl", '"public-read"')],
    [
      "one object",
      resource("aws:s3/bucketObjectv2:BucketObjectv2", { acl: "public-read" }),
      refused("it: acl", '"public-read"'),
    ],
    [
      "an object of the older kind",
      resource("aws:s3/bucketObject:BucketObject", { acl: "public-read" }),
      refused("it: acl", '"public-read"'),
    ],
    [
      "a copy of an object",
      resource("aws:s3/objectCopy:ObjectCopy", { acl: "public-read" }),
      refused("it: acl", '"public-read"'),
    ],
    [
      "another person in the owner's place",
      granted({ type: "CanonicalUser", id: "2" }),
      grant("it: accessControlPolicy.grants[0].grantee.type", '"CanonicalUser"'),
    ],
    [
      "a second person of a bucket",
      bucketV2({ grants: [owner, { ...owner, id: "2" }] }),
      grant("pictures: grants[1].type", '"CanonicalUser"'),
    ],
    [
      "a stranger who reads, as the only person of a list",
      bucketV2({ grants: [{ ...owner, id: "2", permissions: ["READ"] }] }),
      grant("pictures: grants[0].type", '"CanonicalUser"'),
    ],
    ...["Logging", "LoggingV2"].map((kind): [string, Resource, string] => [
      `a person who reads the logs, by ${kind}`,
      about(kind, { targetGrants: [{ grantee: owner, permission: "FULL_CONTROL" }] }),
      grant("it: targetGrants[0].grantee.type", '"CanonicalUser"'),
    ]),
    [
      "a list that gives a bucket's owner what is the owner's",
      bucket({ acl: "bucket-owner-full-control" }),
      refused("pictures: acl", '"bucket-owner-full-control"'),
    ],
    [
      "a group",
      bucketV2({ grants: [owner, { type: "Group", uri: EVERYONE, permissions: ["READ"] }] }),
      grant("pictures: grants[1].type", '"Group"'),
    ],
    [
      "a second person",
      granted(owner, { type: "CanonicalUser", id: "2" }),
      grant("it: accessControlPolicy.grants[1].grantee.type", '"CanonicalUser"'),
    ],
    [
      "somebody's mail address",
      granted({ type: "AmazonCustomerByEmail", emailAddress: "a@b" }),
      grant("it: accessControlPolicy.grants[0].grantee.type", '"AmazonCustomerByEmail"'),
    ],
    [
      "lists turned on",
      about("OwnershipControls", { rule: { objectOwnership: "ObjectWriter" } }),
      'it: rule.objectOwnership is "ObjectWriter"; wanted "BucketOwnerEnforced".',
    ],
  ],
  unknown: [
    ["the list", bucket({ acl: UNKNOWN }), "pictures: acl"],
    ["the grants", bucketV2({ grants: UNKNOWN }), "pictures: grants"],
    ["a grantee", granted({ type: UNKNOWN }), "it: accessControlPolicy.grants[0].grantee.type"],
  ],
});
