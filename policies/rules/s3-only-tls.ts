import type { Resource } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { BUCKET_POLICIES, buckets, expectPartner, ofTypes } from "../facts/buckets";
import { RESOURCE_POLICIES, type Statement, statements } from "../facts/iam-document";
import { covers } from "../facts/iam-patterns";

/** Actions of which a statement for all of S3 covers each. */
const PROBES = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObjectVersion"];
/** The bucket itself, and all that lies in it, not what begins with some name alone: a listing is asked of the bucket. */
const BOTH = [/^(\*|arn:[\w-]+:s3:::[^/]+)$/, /^(\*|arn:[\w-]+:s3:::[^/]*\/?\*)$/];
const WANTED = 'a statement that denies s3:* to * where aws:SecureTransport is "false"';

const rule: StackRule = {
  description: "Each bucket refuses every request that does not come over TLS.",
  why: "Without TLS everyone on the way reads and changes what goes to the bucket and what comes from it.",
  fix: 'add a statement to the bucket\'s policy: Effect "Deny", Principal "*", Action "s3:*", Resource the bucket and everything in it, Condition Bool aws:SecureTransport "false".',
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "aws-fsbp", id: "S3.5" },
    { catalogue: "cdk-nag", id: "S10" },
  ],
  checkStack({ resources }, report) {
    const policies = ofTypes(resources, BUCKET_POLICIES);
    for (const policy of policies) {
      if (!deniesPlainText(policy, report)) {
        report.violation({ resource: policy, path: "policy", found: "without one for TLS", wanted: WANTED });
      }
    }
    const left = buckets(resources).filter((bucket) => !deniesPlainText(bucket, report));
    expectPartner(report, left, policies, "without a policy", WANTED);
  },
};
export default rule;

/** Whether the policy denies, or may: what is not known yet is reported. */
function deniesPlainText(resource: Resource, report: Report): boolean {
  let isUnknown = false;
  const noting: Report = {
    ...report,
    unknown: (...at) => {
      isUnknown = true;
      report.unknown(...at);
    },
  };
  const found = statements(resource, RESOURCE_POLICIES, noting);
  return isUnknown || found.some(isDenial);
}

function isDenial({ allows, actions, resources, principals, conditions }: Statement): boolean {
  const [condition, ...narrower] = conditions;
  return (
    !allows &&
    principals.some(({ kind }) => kind === "*") &&
    PROBES.every((probe) => actions.some((pattern) => covers(pattern, probe))) &&
    // A bucket's own ARN is not known before it is made.
    BOTH.every((pattern) => resources.some((one) => one === UNKNOWN || pattern.test(String(one)))) &&
    narrower.length === 0 &&
    // The key is in every request, so that IfExists changes nothing.
    /^bool(ifexists)?$/.test(condition?.operator ?? "") &&
    condition?.key === "aws:securetransport" &&
    condition.values.some((value) => String(value).toLowerCase() === "false")
  );
}
