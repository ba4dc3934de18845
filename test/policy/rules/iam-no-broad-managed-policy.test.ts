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
  ],
  unknown: [["the policy", attached(UNKNOWN), "it: policyArn"]],
});
