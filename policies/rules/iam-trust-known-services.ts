import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { statements, TRUST_POLICIES } from "../facts/iam-document";

/** EC2 for the machine, the others for what watches it, backs it up, and starts and stops it by the clock. */
const TRUSTED: readonly string[] = [
  "ec2.amazonaws.com",
  "ec2.amazonaws.com.cn",
  "vpc-flow-logs.amazonaws.com",
  "dlm.amazonaws.com",
  "backup.amazonaws.com",
  "scheduler.amazonaws.com",
];

const rule: ResourceRule = {
  description:
    "Roles are taken only by EC2 and the services that watch, back up, start and stop the machine.",
  why: "A role that another account, a user or everyone may take is a door that no firewall sees.",
  fix: 'set Principal to {"Service": "ec2.amazonaws.com"} and Action to sts:AssumeRole.',
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_60" },
    { catalogue: "checkov", id: "CKV_AWS_61" },
  ],
  types: Object.keys(TRUST_POLICIES),
  checkResource(resource, report) {
    for (const { path, allows, principals } of statements(resource, TRUST_POLICIES, report)) {
      for (const { kind, value } of allows ? principals : []) {
        const at = `${path}.Principal`;
        if (value === UNKNOWN) {
          report.unknown(resource, at);
        } else if (kind !== "service" || !TRUSTED.includes(String(value))) {
          report.violation({
            resource,
            path: at,
            found: `${kind} ${String(value)}`,
            wanted: `a service among ${TRUSTED.join(", ")}`,
          });
        }
      }
    }
  },
};
export default rule;
