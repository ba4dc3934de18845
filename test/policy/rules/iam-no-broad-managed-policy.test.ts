import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const AWS = "arn:aws:iam::aws:policy/";
const attached = (policyArn: Value, type = "aws:iam/rolePolicyAttachment:RolePolicyAttachment") =>
  resource(type, { policyArn });
const found = (path: string, arn: string) => `it: ${path} is "${arn}"; wanted a narrow policy.`;
describeRule("iam-no-broad-managed-policy", {
  passes: [
    ["Systems Manager", attached(`${AWS}AmazonSSMManagedInstanceCore`)],
    ["what a machine's metrics and logs need", attached(`${AWS}CloudWatchAgentServerPolicy`)],
    ["fetching images", attached(`${AWS}AmazonEC2ContainerRegistryPullOnly`)],
    ["snapshots by the clock", attached(`${AWS}service-role/AWSDataLifecycleManagerServiceRole`)],
    ["one's own", attached("arn:aws:iam::1:policy/mine")],
  ],
  refuses: [
    [
      "an administrator",
      attached(`${AWS}AdministratorAccess`),
      found("policyArn", `${AWS}AdministratorAccess`),
    ],
    [
      "another partition",
      attached("arn:aws-cn:iam::aws:policy/PowerUserAccess", "aws:iam/policyAttachment:PolicyAttachment"),
      found("policyArn", "arn:aws-cn:iam::aws:policy/PowerUserAccess"),
    ],
    [
      "a role's list",
      resource("aws:iam/role:Role", { managedPolicyArns: [`${AWS}IAMFullAccess`] }),
      found("managedPolicyArns[0]", `${AWS}IAMFullAccess`),
    ],
    [
      "a permission set's",
      resource("aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment", {
        managedPolicyArn: `${AWS}job-function/SystemAdministrator`,
      }),
      found("managedPolicyArn", `${AWS}job-function/SystemAdministrator`),
    ],
  ],
  unknown: [["the policy", attached(UNKNOWN), "it: policyArn"]],
});
