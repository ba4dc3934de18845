import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isSet } from "../facts/machines";

const LEAST_DAYS = 14;

const rule: ResourceRule = {
  description: "A KMS key that is deleted can be had back for two weeks at least.",
  why: "With its key gone a disk cannot be read by anybody, and its owner may be on holiday.",
  fix: "leave deletionWindowInDays out (30 days) or set it to 14 or more.",
  severity: "medium",
  enforcement: "mandatory",
  references: [{ catalogue: "aws-fsbp", id: "KMS.3" }],
  types: [
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/externalKey:ExternalKey",
    "aws:kms/replicaExternalKey:ReplicaExternalKey",
  ],
  checkResource(resource, report) {
    expectAt(report, resource, "deletionWindowInDays", `at least ${LEAST_DAYS}`, (value) =>
      isSet(value) ? Number(value) >= LEAST_DAYS : true,
    );
  },
};
export default rule;
