import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const OWN = "arn:aws:iam::1:role/own";
const ADMIN = "arn:aws:iam::1:role/admin";
const own = resource("aws:iam/role:Role", { name: "own", arn: OWN }, "own");
const later = resource("aws:iam/role:Role", { name: "own" }, "own");
const schedule = (roleArn: Value) => resource("aws:scheduler/schedule:Schedule", { target: { roleArn } });
const runs = (role: Value) => resource("aws:lambda/function:Function", { role });
const found = (path: string, shown: string) => `it: ${path} is "${shown}"; wanted a role of this stack.`;

/** What else acts by itself, and where it names its role. */
const ACTING: readonly (readonly [type: string, path: string])[] = [
  ["aws:cloudwatch/eventTarget:EventTarget", "roleArn"],
  ["aws:sfn/stateMachine:StateMachine", "roleArn"],
  ["aws:pipes/pipe:Pipe", "roleArn"],
  ["aws:fis/experimentTemplate:ExperimentTemplate", "roleArn"],
  ["aws:synthetics/canary:Canary", "executionRoleArn"],
  ["aws:budgets/budgetAction:BudgetAction", "executionRoleArn"],
];

describeRule("iam-role-known", {
  passes: [
    ["a schedule with a role of the stack", [own, schedule(OWN)]],
    ["a schedule before its role's ARN is known", [later, schedule(UNKNOWN)]],
    ["a function before its role's ARN is known", [later, runs(OWN)]],
    ["an event's target that needs no role", resource("aws:cloudwatch/eventTarget:EventTarget", {})],
    ["what does not act", resource("aws:s3/bucket:Bucket", { roleArn: ADMIN })],
  ],
  refuses: [
    ["a schedule with another role", [own, schedule(ADMIN)], found("target.roleArn", ADMIN)],
    ["a function with another role", [own, runs(ADMIN)], found("role", ADMIN)],
    ["a function's role in a stack without", runs(UNKNOWN), found("role", "one that is not of this stack")],
    ...ACTING.map(([type, path]): [string, Resource[], string] => [
      type,
      [own, resource(type, { [path]: ADMIN })],
      found(path, ADMIN),
    ]),
  ],
  unknown: [],
});
