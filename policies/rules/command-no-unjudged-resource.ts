import type { ResourceRule } from "../core/rule";
import { matches, SCRIPT_TYPES, scripts } from "../facts/scripts";

/** Operations of AWS's command line that only look. */
const LOOKS = "(describe|get|list|search|simulate|validate|head|wait|help)\\b";
/** Services that make or open what the rules look at, each with what a command may do there besides looking. */
const SERVICES: readonly (readonly [services: string, harmless: string])[] = [
  [
    "ec2",
    "(create|delete)-tags|(start|stop|reboot|terminate)-instances|create-snapshots?|(attach|detach)-volume",
  ],
  ["autoscaling", "set-(desired-capacity|instance-health)|(complete|record)-lifecycle-action\\S*"],
  ["elb(v2)?", "(de)?register-\\S+"],
  ["lambda", "invoke"],
  ["kms", "(re-)?encrypt|decrypt|generate-\\S+|sign|verify\\S*"],
  ["s3(api|control)", "(put|copy|delete)-objects?|upload-part\\S*|\\S+-multipart-upload"],
  ["secretsmanager", "(put|update|rotate)-secret\\S*"],
  ["ssm", "(put|delete)-parameters?|update-instance-information"],
  [
    "iam|sso-admin|organizations|ram|rolesanywhere|cloudformation|cloudcontrol|lightsail|apprunner|ecs|eks",
    "wait",
  ],
];
/** Where a line of a shell has a command, not a text that speaks of one. */
const BEGINS = "(?<=(^|[;&|({\\['\"]|\\b(sudo|then|do|else|exec|env|yes))\\s*(\\S*/)?)";
const CHANGES: readonly RegExp[] = [
  ...SERVICES.map(
    ([services, harmless]) =>
      new RegExp(
        `\\baws(-cli\\S*)?( -\\S+( [^-\\s]\\S*)?)*? (${services}) (?!(${LOOKS}|(${harmless})(?![\\w-])))[a-z][\\w-]*`,
      ),
  ),
  /\baws\b[^\n;&|]* --acl[ =](public-read\S*|authenticated-read)/,
  ...[
    "pulumi\\b[^\\n;&|]* (up|update|import|policy)",
    "(terraform|tofu|terragrunt)\\b[^\\n;&|]* (apply|import)",
    "(cdk|sam|copilot|serverless|sst)\\b[^\\n;&|]* deploy",
    "eksctl (create|apply|upgrade)",
    "(kubectl|oc)\\b[^\\n;&|]* (apply|create|replace|patch|run|expose|port-forward)",
    "helm\\b[^\\n;&|]* (install|upgrade)",
  ].map((call) => new RegExp(`${BEGINS}${call}\\b`, "m")),
];

const rule: ResourceRule = {
  description: "No command makes or opens resources past what the rules look at.",
  why: "A security group, a role or a bucket that a command line of the cloud's opens is seen by no rule, and drifts unseen.",
  fix: "make it a resource of the program; a command may look, start and stop machines, and move objects.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: SCRIPT_TYPES,
  checkResource(resource, report) {
    for (const { path, text } of scripts(resource, report)) {
      for (const found of matches(text, CHANGES)) {
        report.violation({ resource, path, found, wanted: "a resource of the program" });
      }
    }
  },
};
export default rule;
