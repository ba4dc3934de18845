import type { Resource } from "./resource";
import type { Value } from "./value";

export type Severity = "low" | "medium" | "high" | "critical";
export type Enforcement = "mandatory" | "advisory";

/** What is wrong, or cannot be told yet, with one resource. */
export interface Finding {
  readonly resource: Resource;
  /** Path of the property, e.g. `ingress[0].cidrBlocks[1]`; empty for the resource as a whole. */
  readonly path: string;
  /** The value that is there. Never a secret: a rule that looks at one shows a word for it. */
  readonly found: Value;
  /** What is wanted in its place, as the end of "wanted ...". */
  readonly wanted: string;
}

/** Where a check puts what it found. Three ways to end: nothing said (it passes), a violation, not known yet. */
export interface Report {
  violation(finding: Finding): void;
  /** The value decides, and is not known before the update: the rule looks again when it is. */
  unknown(resource: Resource, path: string): void;
}

/** All resources of a stack, for checks that look across them. */
export interface Stack {
  readonly resources: readonly Resource[];
  /** Whether every resource of the program is there: false while the engine still shows one after the other. */
  readonly complete: boolean;
}

/** Where a rule's demand stands elsewhere, e.g. {catalogue: "checkov", id: "CKV_AWS_24"}. */
export interface Reference {
  readonly catalogue:
    | "checkov"
    | "trivy"
    | "cdk-nag"
    | "aws-fsbp"
    | "aws-ct"
    | "cis-aws"
    | "cis-docker"
    | "asvs";
  readonly id: string;
}

/** What every rule says of itself. */
export interface RuleText {
  /** One sentence: what must be so. */
  readonly description: string;
  /** What happens otherwise. */
  readonly why: string;
  /** How to mend a violation. */
  readonly fix: string;
  readonly severity: Severity;
  /** Default; the stack's policy configuration may say otherwise. */
  readonly enforcement: Enforcement;
  /** Empty for rules that no public catalogue has. */
  readonly references: readonly Reference[];
}

/** Looks at one resource at a time, before it is made. */
export interface ResourceRule extends RuleText {
  /** Pulumi type tokens that it applies to; to all others it is not applicable. */
  readonly types: readonly string[];
  readonly checkResource: (resource: Resource, report: Report) => void;
}

/** Looks at all resources together, once the program has said them all. */
export interface StackRule extends RuleText {
  readonly checkStack: (stack: Stack, report: Report) => void;
}

export type Rule = ResourceRule | StackRule;

export function isResourceRule(rule: Rule): rule is ResourceRule {
  return "checkResource" in rule;
}
