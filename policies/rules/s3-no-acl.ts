import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import type { Value } from "../core/value";
import { ACLS, BUCKET_TYPES, LOGGINGS, OBJECTS } from "../facts/buckets";
import { isSet } from "../facts/machines";

const OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls";
/** The owner of a list that AWS keeps beside the owner's own rights. */
const NOBODY = "";
const WANTED = '"private", and a policy for everybody else';

const rule: ResourceRule = {
  description: "Nobody gets at a bucket or at what lies in it by an access control list.",
  why: "The list public-read is one word on one object; who an old list lets in is seen in no policy.",
  fix: 'leave acl out, take the grants away, and set objectOwnership to "BucketOwnerEnforced"; give access by a policy.',
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_20" },
    { catalogue: "checkov", id: "CKV_AWS_57" },
    { catalogue: "trivy", id: "AWS-0092" },
    { catalogue: "aws-fsbp", id: "S3.2" },
    { catalogue: "aws-fsbp", id: "S3.3" },
    { catalogue: "aws-fsbp", id: "S3.12" },
  ],
  types: [...BUCKET_TYPES, ...ACLS, ...OBJECTS, ...LOGGINGS, OWNERSHIP],
  checkResource(resource, report) {
    if (resource.type === OWNERSHIP) {
      const wanted = '"BucketOwnerEnforced"';
      expectAt(report, resource, "rule.objectOwnership", wanted, (value) => value === "BucketOwnerEnforced");
      return;
    }
    const isObject = OBJECTS.includes(resource.type);
    expectAt(report, resource, "acl", WANTED, (value) => {
      // Whose the bucket is gets at all of it anyway.
      return !isSet(value) || value === "private" || (isObject && value === "bucket-owner-full-control");
    });
    checkGrants(resource, "grants", "", undefined, report);
    const owner = valueAt(resource, "accessControlPolicy.owner.id");
    checkGrants(resource, "accessControlPolicy.grants", ".grantee", owner, report);
    // Who may read the logs beside their owner.
    checkGrants(resource, "targetGrants", ".grantee", NOBODY, report);
  },
};
export default rule;

/**
 * Says of each grant that is not the owner's. AWS reports the owner's own, too: where a list names no owner, the first
 * person who may do everything is taken for it.
 */
function checkGrants(resource: Resource, list: string, grantee: string, named: Value, report: Report): void {
  let owner = named;
  for (const { path } of membersAt(report, resource, list)) {
    const at = `${path}${grantee}`;
    const id = valueAt(resource, `${at}.id`);
    if (owner === undefined && mayDoAll(resource, path)) {
      owner = id;
    }
    expectAt(
      report,
      resource,
      `${at}.type`,
      "no grant but the owner's",
      (type) => type === "CanonicalUser" && id === owner,
    );
  }
}

/** A grant has one permission or, in a bucket's own list, several. */
function mayDoAll(resource: Resource, grant: string): boolean {
  return [valueAt(resource, `${grant}.permission`), valueAt(resource, `${grant}.permissions`)]
    .flat()
    .includes("FULL_CONTROL");
}
