import type { Statement } from "./iam-document";

/** Keys that say whose the caller is. */
const CALLER: readonly string[] = [
  "kms:calleraccount",
  "aws:principalaccount",
  "aws:principalorgid",
  "aws:principalarn",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
];

/** Whether conditions leave only callers of named accounts; absent keys and wildcards must not get past them. */
export function isOwnCallersOnly({ conditions }: Statement): boolean {
  return conditions.some(
    ({ operator, key, values }) =>
      /^(foranyvalue:)?(string|arn)(equals|like|equalsignorecase)$/.test(operator) &&
      CALLER.includes(key) &&
      values.length > 0 &&
      values.every((value) => typeof value === "string" && isNamed(value)),
  );
}

function isNamed(value: string): boolean {
  const account = value.startsWith("arn:") ? (value.split(":")[4] ?? "") : value;
  return account !== "" && !/[*?]/.test(account);
}
