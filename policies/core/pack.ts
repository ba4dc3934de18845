import type {
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { RuleConfig } from "./evaluate";
import { type Exception, excuse } from "./exceptions";
import { unknownMessage, violationMessage } from "./message";
import type { Resource } from "./resource";
import { type Finding, isResourceRule, type Report, type Rule } from "./rule";
import { toValue } from "./value";

/** A policy that looks at each resource before it is made, and at the whole stack after. */
export type PackPolicy = (ResourceValidationPolicy & StackValidationPolicy) | StackValidationPolicy;

/** What the configuration of a rule may hold besides its enforcement level, which Pulumi itself reads. */
const CONFIG_SCHEMA = {
  properties: {
    exceptions: {
      type: "array" as const,
      items: {
        type: "object" as const,
        properties: {
          resource: { type: "string" as const },
          reason: { type: "string" as const },
          owner: { type: "string" as const },
          expires: { type: "string" as const },
          path: { type: "string" as const },
        },
      },
    },
  },
};

/**
 * The rule in Pulumi's terms.
 *
 * A rule about single resources is asked twice: before each is made, and at the end about all of them. In a preview a
 * value may be unknown, which only earns an advice; in the update the second look finds what the first could not.
 * @param today the day, as YYYY-MM-DD, asked for at each look
 */
export function toPolicy(id: string, rule: Rule, today: () => string): PackPolicy {
  const text = {
    name: id,
    description: rule.description,
    enforcementLevel: rule.enforcement,
    severity: rule.severity,
    remediationSteps: rule.fix,
    configSchema: CONFIG_SCHEMA,
  };
  if (!isResourceRule(rule)) {
    return {
      ...text,
      validateStack: (args, reportViolation) => {
        const resources = args.resources.map(fromPolicyResource);
        const say = speaker(rule, args.getConfig<RuleConfig>().exceptions, today(), reportViolation);
        rule.checkStack({ resources, complete: true }, say.report);
        say.end();
      },
    };
  }
  const said = new Set<string>();
  return {
    ...text,
    validateResource: (args, reportViolation) => {
      if (!rule.types.includes(args.type)) {
        return args.notApplicable(`The rule is about ${rule.types.join(", ")}.`);
      }
      const say = speaker(rule, args.getConfig<RuleConfig>().exceptions, today(), reportViolation, said);
      rule.checkResource(fromPolicyResource(args), say.report);
      say.end();
    },
    validateStack: (args, reportViolation) => {
      const say = speaker(rule, args.getConfig<RuleConfig>().exceptions, today(), reportViolation, said);
      for (const resource of args.resources.filter(({ type }) => rule.types.includes(type))) {
        rule.checkResource(fromPolicyResource(resource), say.report);
      }
      say.end();
    },
  };
}

/** Pulumi takes an object too, with an enforcement level for this one message; its types know only the text. */
type ReportAny = (violation: { message: string; urn?: string; enforcementLevel?: "advisory" }) => void;

/**
 * Gathers what a check finds and says it at the end.
 * @param said what has been said in this run already and is not said again
 */
function speaker(
  rule: Rule,
  exceptions: readonly Exception[] = [],
  today: string,
  reportViolation: ReportViolation,
  said: Set<string> = new Set(),
): { report: Report; end: () => void } {
  const findings: Finding[] = [];
  const once = (urn: string | undefined, message: string, advice: boolean) => {
    const key = `${urn}\n${message}`;
    if (said.has(key)) {
      return;
    }
    said.add(key);
    if (advice) {
      (reportViolation as unknown as ReportAny)({ message, urn, enforcementLevel: "advisory" });
    } else {
      reportViolation(message, urn);
    }
  };
  return {
    report: {
      violation: (finding) => findings.push(finding),
      unknown: (resource, path) => once(resource.urn, unknownMessage(resource, path), true),
    },
    end: () => {
      const { violations, problems } = excuse(findings, exceptions, today);
      for (const finding of violations) {
        once(finding.resource.urn, violationMessage(rule, finding), false);
      }
      for (const problem of problems) {
        once(undefined, problem, false);
      }
    },
  };
}

function fromPolicyResource(resource: ResourceValidationArgs | PolicyResource): Resource {
  const { urn, type, name, props, opts } = resource;
  return { urn, type, name, props: toValue(props) as Resource["props"], parent: opts.parent };
}
