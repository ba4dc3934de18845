import type { Value } from "../core/value";

/** Whether a value names a KMS key, and not one of AWS's own (`alias/aws/ebs`). */
export function isOwnKey(value: Value): boolean {
  return typeof value === "string" && value.trim() !== "" && !/(^|:)alias\/aws\//i.test(value.trim());
}
