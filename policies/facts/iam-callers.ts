import { isNarrowed, type Statement } from "./iam-document";

/** Keys that say whose the caller is. */
const CALLER: readonly string[] = [
  "kms:calleraccount",
  "aws:principalaccount",
  "aws:principalorgid",
  "aws:principalarn",
  "aws:sourceaccount",
  // The same, as the policy has it that SNS gives each topic.
  "aws:sourceowner",
  "aws:sourcearn",
  "aws:sourceorgid",
];

/** Whether conditions leave only callers of named accounts; absent keys and wildcards must not get past them. */
export function isOwnCallersOnly(statement: Statement): boolean {
  return isNarrowed(statement, (key) => CALLER.includes(key), isNamed);
}

function isNamed(value: string): boolean {
  const account = value.startsWith("arn:") ? (value.split(":")[4] ?? "") : value;
  return account !== "" && !/[*?]/.test(account);
}
