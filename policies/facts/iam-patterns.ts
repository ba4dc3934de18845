import { UNKNOWN, type Value } from "../core/value";
import { isNarrowed, type Statement } from "./iam-document";

/** Whether a pattern with `*` and `?` covers an action, in any case, as IAM compares. */
export function covers(pattern: Value, action: string): boolean {
  if (typeof pattern !== "string") {
    return false;
  }
  const escaped = pattern.trim().replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const text = escaped.replace(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${text}$`, "i").test(action);
}

/** Actions of services that have nothing in common: a pattern for all of them is one for everything. */
const PROBES = ["iam:CreateUser", "s3:GetObject", "ec2:RunInstances", "kms:Decrypt", "rds:DeleteDBInstance"];

export function isEverything(pattern: Value): boolean {
  return areEverything([pattern]);
}

/** Whether patterns together cover what services have that have nothing in common. */
export function areEverything(patterns: readonly Value[]): boolean {
  return PROBES.every((action) => patterns.some((pattern) => covers(pattern, action)));
}

const READING =
  /^[\w-]+:(get|list|describe|batchget|batchcheck|head|search|lookup|view|query|scan|simulate|validate|check)/i;

/** Whether a pattern covers actions that change something; its wildcards must leave a reading verb whole to not do so. */
export function isChanging(pattern: Value): boolean {
  return typeof pattern === "string" && !READING.test(pattern.trim());
}

/** Services whose resources begin with a name, not with a kind: `bucket/*` is one bucket, `role/*` is every role. */
const NAMED_FIRST: readonly string[] = ["s3", "sns", "sqs", "codecommit", "execute-api"];

/** Kinds of EC2's that their owner names; the ids of all others AWS gives, and begins alike. */
const OWNER_NAMED: readonly string[] = ["key-pair", "placement-group"];

/**
 * Whether a pattern names no resource: `*`, an ARN that leaves the service or the beginning of the name open (`i-0*` is
 * every instance), or a kind cut short (`inst*` is, too: to IAM a wildcard goes over slashes and colons).
 */
export function isAnyResource(pattern: Value): boolean {
  if (typeof pattern !== "string") {
    return false;
  }
  const [, , service = "*", , account = "", ...rest] = pattern.trim().split(":");
  if (!pattern.trim().toLowerCase().startsWith("arn:") || /[*?]/.test(service) || rest.length === 0) {
    return /[*?]/.test(pattern);
  }
  const parts = rest
    .join(":")
    .split(/[:/]/)
    .filter((part) => part !== "");
  const [kind = ""] = parts;
  const name = parts[nameAt(service.toLowerCase(), account, kind)];
  if (name === undefined) {
    return /[*?]/.test(parts.join());
  }
  return (hasGivenIds(service.toLowerCase(), kind) ? /^[a-z-]*0?[*?]/ : /^[*?]/).test(name);
}

/** Which part of an ARN's resource is its name. */
function nameAt(service: string, account: string, kind: string): number {
  if (service === "autoscaling") {
    // A kind, an id that AWS gives, another kind, and the name.
    return 3;
  }
  // No bucket's ARN has an account; the one of an access point has.
  const isAccessPoint = kind === "accesspoint" && account !== "";
  return NAMED_FIRST.includes(service) && !isAccessPoint ? 0 : 1;
}

function hasGivenIds(service: string, kind: string): boolean {
  return service === "ec2" ? !OWNER_NAMED.includes(kind) : service === "ssm" && kind === "managed-instance";
}

/** What a statement covers; one without Resource, or with NotResource, covers nearly all. */
export function coversAnyResource({ resources, notResources }: Statement): boolean {
  return notResources.length > 0 || resources.length === 0 || resources.some(isAnyResource);
}

/** Whether all that matters of a statement's actions and resources is known. */
export function isKnown({ actions, resources }: Statement): boolean {
  return !actions.includes(UNKNOWN) && !resources.includes(UNKNOWN);
}

/** Keys that bind a request to things of one's own, where the action takes no resource. */
const BINDING = [
  /:resourcetag\//,
  /^cloudwatch:namespace$/,
  /^(ec2|iam|kms|ssm):(vpc|subnet|instanceprofile|resourcealiases|permissionsboundary)$/,
];

/** Whether a condition binds what the statement may be used on; one that is true of nothing, or of anything, does not. */
export function isBound(statement: Statement): boolean {
  return isNarrowed(
    statement,
    (key) => BINDING.some((binding) => binding.test(key)),
    (value) => !/^[*?]*$/.test(value),
  );
}
