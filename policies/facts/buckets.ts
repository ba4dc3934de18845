import { type Resource, valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { withoutPartner } from "./partners";

/** A bucket; the second is what version 6 of the provider called it. */
export const BUCKET_TYPES: readonly string[] = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];

/** What says one thing about a bucket. */
const one = (kind: string) => `aws:s3/bucket${kind}:Bucket${kind}`;
/** The same with the name that version 6 of the provider had for it. */
const both = (kind: string): readonly string[] => [one(kind), one(`${kind}V2`)];

export const ACCESS_BLOCKS: readonly string[] = [one("PublicAccessBlock")];
export const ENCRYPTIONS = both("ServerSideEncryptionConfiguration");
export const VERSIONINGS = both("Versioning");
export const LOGGINGS = both("Logging");
export const ACLS = both("Acl");
export const BUCKET_POLICIES: readonly string[] = [one("Policy")];
export const LIFECYCLES = both("LifecycleConfiguration");
export const OBJECT_LOCKS = both("ObjectLockConfiguration");
export const NOTIFICATIONS: readonly string[] = [one("Notification")];
export const REPLICATIONS: readonly string[] = [one("ReplicationConfig")];

/** What lies in a bucket. */
export const OBJECTS: readonly string[] = [
  "aws:s3/bucketObject:BucketObject",
  "aws:s3/bucketObjectv2:BucketObjectv2",
  "aws:s3/objectCopy:ObjectCopy",
];

/** The buckets of a stack. */
export function buckets(resources: readonly Resource[]): Resource[] {
  return resources.filter(({ type }) => BUCKET_TYPES.includes(type));
}

/** What of the given types stands in a stack. */
export function ofTypes(resources: readonly Resource[], types: readonly string[]): Resource[] {
  return resources.filter(({ type }) => types.includes(type));
}

/** Says of each bucket that no partner speaks of that it has none. */
export function expectPartner(
  report: Report,
  owners: readonly Resource[],
  partners: readonly Resource[],
  found: string,
  wanted: string,
): void {
  for (const resource of withoutPartner(owners, ["id", "bucket"], partners, "bucket")) {
    report.violation({ resource, path: "", found, wanted });
  }
}

/**
 * Says of each bucket that neither says something itself nor has a partner for it that it goes without.
 * @param inline paths by which the versions of the provider let a bucket say it itself
 */
export function expectSaid(
  report: Report,
  resources: readonly Resource[],
  types: readonly string[],
  inline: readonly string[],
  found: string,
  wanted: string,
): void {
  const left = buckets(resources).filter((bucket) => !inline.some((path) => isFilled(valueAt(bucket, path))));
  expectPartner(report, left, ofTypes(resources, types), found, wanted);
}

/** What is not known yet is there. */
function isFilled(value: Value): boolean {
  return (
    value === UNKNOWN ||
    (Array.isArray(value) ? value.length > 0 : typeof value === "object" && value !== null)
  );
}
