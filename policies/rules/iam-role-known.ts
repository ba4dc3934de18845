import { valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { isSet } from "../facts/machines";
import { expectOwned } from "../facts/partners";

const ROLE = "aws:iam/role:Role";
/** What runs a program or makes calls by itself, and where it names the role that it does so with. */
const NAMED_AT: Readonly<Record<string, string>> = {
  "aws:lambda/function:Function": "role",
  "aws:scheduler/schedule:Schedule": "target.roleArn",
  "aws:cloudwatch/eventTarget:EventTarget": "roleArn",
  "aws:sfn/stateMachine:StateMachine": "roleArn",
  "aws:pipes/pipe:Pipe": "roleArn",
  "aws:fis/experimentTemplate:ExperimentTemplate": "roleArn",
  "aws:synthetics/canary:Canary": "executionRoleArn",
  "aws:budgets/budgetAction:BudgetAction": "executionRoleArn",
};

const rule: StackRule = {
  description: "A function, a schedule and whatever else acts by itself has a role of this stack.",
  why: "What a role from elsewhere may do is seen by no rule here: a function with an administrator's role is an administrator.",
  fix: "make the role in this stack (aws.iam.Role), with a policy for what is done with it, and name that one.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    const roles = resources.filter(({ type }) => type === ROLE);
    for (const resource of resources) {
      const path = NAMED_AT[resource.type];
      // Not every target of an event needs a role.
      if (path !== undefined && isSet(valueAt(resource, path))) {
        expectOwned(report, resource, path, roles, ["arn"], "a role of this stack");
      }
    }
  },
};
export default rule;
