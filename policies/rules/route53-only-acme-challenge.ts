import type { ResourceRule } from "../core/rule";
import {
  areConditionsKnown,
  type Condition,
  IDENTITY_POLICIES,
  type Statement,
  statements,
} from "../facts/iam-document";
import { covers, isChanging, isKnown } from "../facts/iam-patterns";

const CHANGE = "route53:ChangeResourceRecordSets";
const NAMES = "route53:changeresourcerecordsetsnormalizedrecordnames";
const TYPES = "route53:changeresourcerecordsetsrecordtypes";

const rule: ResourceRule = {
  description:
    "In Route 53 a policy allows to change TXT records at _acme-challenge of a host, in one zone, and nothing else.",
  why: "With the rest of the zone a stolen role moves the name to another machine, or the mail of the domain.",
  fix: "allow route53:ChangeResourceRecordSets on the zone's ARN with ForAllValues:StringEquals on the record's name and type TXT, and Null false on both keys.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  types: Object.keys(IDENTITY_POLICIES),
  checkResource(resource, report) {
    const allowing = statements(resource, IDENTITY_POLICIES, report).filter(({ allows }) => allows);
    for (const statement of allowing) {
      const changing = statement.actions.filter(
        (pattern) => isChanging(pattern) && isAboutRoute53(String(pattern)),
      );
      if (!changing.every((one) => String(one).toLowerCase() === CHANGE.toLowerCase())) {
        const found = changing.join(", ");
        report.violation({ resource, path: `${statement.path}.Action`, found, wanted: `${CHANGE} alone` });
      } else if (!isKnown(statement) || (changing.length > 0 && !areConditionsKnown(statement))) {
        report.unknown(resource, statement.path);
      } else if (changing.length > 0) {
        for (const [path, wanted] of problems(statement)) {
          report.violation({ resource, path: `${statement.path}.${path}`, found: "too wide", wanted });
        }
      }
    }
  },
};
export default rule;

function isAboutRoute53(pattern: string): boolean {
  const service = pattern.replace(/:.*/s, "");
  return ["route53", "route53domains"].some((name) => covers(service, name)) || covers(pattern, CHANGE);
}

function problems({ resources, conditions }: Statement): [path: string, wanted: string][] {
  const find = (operator: string, key: string) =>
    conditions.find((one) => one.operator === operator && one.key === key);
  const all = (key: string, passes: (value: string) => boolean) => {
    const found = find("forallvalues:stringequals", key) ?? find("forallvalues:stringlike", key);
    return found !== undefined && found.values.length > 0 && found.values.every((one) => passes(String(one)));
  };
  const found: [string, string][] = [];
  if (
    resources.length === 0 ||
    !resources.every((one) => /^arn:[\w-]+:route53:::hostedzone\/\w+$/.test(String(one)))
  ) {
    found.push(["Resource", "the ARN of one zone"]);
  }
  if (!all(NAMES, (name) => /^_acme-challenge\.[^*?]+$/.test(name))) {
    found.push(["Condition", "ForAllValues:StringEquals with names that begin with _acme-challenge"]);
  }
  if (!all(TYPES, (type) => type === "TXT")) {
    found.push(["Condition", "ForAllValues:StringEquals with the record type TXT alone"]);
  }
  // ForAllValues is true of a request without the key, too.
  if (![NAMES, TYPES].every((key) => isFalseNull(find("null", key)))) {
    found.push(["Condition", 'Null "false" for the record names and types']);
  }
  return found;
}

function isFalseNull(condition: Condition | undefined): boolean {
  return condition?.values.length === 1 && String(condition.values[0]).toLowerCase() === "false";
}
