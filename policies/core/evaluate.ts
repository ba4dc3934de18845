import { type Exception, type Excuse, excuse } from "./exceptions";
import { unknownMessage, violationMessage } from "./message";
import type { Resource } from "./resource";
import { type Enforcement, type Finding, isResourceRule, type Report, type Rule, type Stack } from "./rule";

/** How one rule is to be applied to one stack. */
export interface RuleConfig {
  /** Defaults to the rule's own. */
  readonly enforcement?: Enforcement | "disabled";
  readonly exceptions?: readonly Exception[];
}

/** The stack's policy configuration: rule id to its part. */
export type PolicyConfig = Readonly<Record<string, RuleConfig>>;

/** What a rule has to say about a stack. */
export interface Outcome {
  readonly id: string;
  readonly rule: Rule;
  readonly enforcement: Enforcement;
  readonly violations: readonly Finding[];
  /** Violations that an exception of the configuration covers. */
  readonly excused: readonly { readonly finding: Finding; readonly exception: Exception }[];
  /** Properties that the rule must look at again when they are known. */
  readonly unknown: readonly { readonly resource: Resource; readonly path: string }[];
  /** What is wrong with the rule's exceptions themselves: violations too. */
  readonly badExceptions: readonly Excuse["problems"][number][];
}

/**
 * Applies rules to a stack. Pure: the same stack, configuration and day give the same outcome.
 * @param rules rule id to rule
 * @param today day that exceptions must not have passed, as YYYY-MM-DD
 * @returns one outcome per rule that is not disabled, in the order of the catalogue
 */
export function evaluate(
  rules: Readonly<Record<string, Rule>>,
  stack: Stack,
  config: PolicyConfig,
  today: string,
): Outcome[] {
  return Object.entries(rules).flatMap(([id, rule]) => {
    const { enforcement = rule.enforcement, exceptions = [] } = config[id] ?? {};
    if (enforcement === "disabled") {
      return [];
    }
    const findings: Finding[] = [];
    const unknown: Outcome["unknown"][number][] = [];
    apply(rule, stack, {
      violation: (finding) => findings.push(finding),
      unknown: (resource, path) => unknown.push({ resource, path }),
    });
    const said = once(findings, (finding) => violationMessage(rule, finding));
    const { violations, excused, problems } = excuse(said, exceptions, today);
    return [
      {
        id,
        rule,
        enforcement,
        violations,
        excused,
        unknown: once(unknown, ({ resource, path }) => unknownMessage(resource, path)),
        badExceptions: problems,
      },
    ];
  });
}

/** What reads the same about a resource is said once: a text often shows a thing both as it is and unpacked. */
function once<T extends { readonly resource: Resource }>(
  all: readonly T[],
  message: (one: T) => string,
): T[] {
  return [...new Map(all.map((one) => [`${one.resource.urn}\n${message(one)}`, one])).values()];
}

function apply(rule: Rule, stack: Stack, report: Report): void {
  if (!isResourceRule(rule)) {
    rule.checkStack(stack, report);
    return;
  }
  for (const resource of stack.resources) {
    if (rule.types.includes(resource.type)) {
      rule.checkResource(resource, report);
    }
  }
}
