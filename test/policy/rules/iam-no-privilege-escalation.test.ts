import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const policy = (statement: Record<string, Value>) =>
  resource("aws:iam/policy:Policy", {
    policy: JSON.stringify({ Statement: { Effect: "Allow", ...statement } }),
  });
const asObject = (statement: Record<string, Value>) =>
  resource("aws:iam/rolePolicy:RolePolicy", { policy: { statement: [{ effect: "allow", ...statement }] } });
const later = resource("aws:iam/policy:Policy", { policy: UNKNOWN });

const found = (what: string) => `it: policy.Statement[0] is "${what}"; wanted no way to further rights.`;
const ROLE = "arn:aws:iam::1:role/one";

/** What the holder of one action on one resource does with it. */
const ON_ONE: readonly (readonly [action: string, what: string])[] = [
  ["iam:SetDefaultPolicyVersion", "goes back to a policy's wider version"],
  ["iam:AttachUserPolicy", "makes a user an administrator"],
  ["iam:AttachGroupPolicy", "makes a group administrators"],
  ["iam:AttachRolePolicy", "makes its own role an administrator"],
  ["iam:PutUserPolicy", "writes a user's policy"],
  ["iam:PutGroupPolicy", "writes a group's policy"],
  ["iam:PutRolePolicy", "writes its own role's policy"],
  ["iam:AddUserToGroup", "joins the administrators"],
  ["iam:UpdateAssumeRolePolicy", "may take any role from then on"],
  ["iam:CreateAccessKey", "has an administrator's key"],
  ["iam:UpdateAccessKey", "turns an old key on again"],
  ["iam:CreateLoginProfile", "gives a user a password"],
  ["iam:UpdateLoginProfile", "changes a user's password"],
  ["iam:CreateUser", "stays when the role is taken away"],
  ["iam:CreateRole", "lets another account in"],
  ["iam:CreateServiceSpecificCredential", "has a password for a service"],
  ["iam:ResetServiceSpecificCredential", "changes that password"],
  ["iam:UploadSigningCertificate", "signs as a user"],
  ["iam:UploadSSHPublicKey", "reaches the code as a user"],
  ["iam:DeleteRolePermissionsBoundary", "takes a role's bounds away"],
  ["iam:DeleteUserPermissionsBoundary", "takes a user's bounds away"],
  ["iam:PutRolePermissionsBoundary", "widens a role's bounds"],
  ["iam:PutUserPermissionsBoundary", "widens a user's bounds"],
  ["iam:DeactivateMFADevice", "needs a password only"],
  ["iam:CreateOpenIDConnectProvider", "brings identities of its own"],
  ["iam:UpdateOpenIDConnectProviderThumbprint", "stands in for an identity provider"],
  ["iam:AddClientIDToOpenIDConnectProvider", "lets another client of it in"],
  ["iam:CreateSAMLProvider", "brings a directory of its own"],
  ["iam:UpdateSAMLProvider", "signs for a directory"],
  ["iam:AddRoleToInstanceProfile", "gives the machine another role"],
  ["organizations:CreateAccount", "has an account where nobody looks"],
  ["organizations:LeaveOrganization", "leaves the organization's limits"],
  ["organizations:DetachPolicy", "takes the organization's limits away"],
  ["sso:CreateAccountAssignment", "gives a person an account"],
  ["sso:PutInlinePolicyToPermissionSet", "widens what people may do"],
  ["sso:AttachManagedPolicyToPermissionSet", "makes people administrators"],
  ["kms:PutKeyPolicy", "opens the key"],
  ["kms:CreateGrant", "lends the key to another account"],
  ["s3:PutBucketPolicy", "opens the bucket"],
  ["lambda:AddPermission", "lets others call the function"],
  ["secretsmanager:PutResourcePolicy", "opens the secret"],
  ["ec2:AssociateIamInstanceProfile", "gives the machine a wider role"],
  ["ec2:ReplaceIamInstanceProfileAssociation", "changes the machine's role"],
  ["ec2:ModifyInstanceAttribute", "writes the user data that runs at the next start"],
  ["ec2:ModifyInstanceMetadataOptions", "asks for IMDSv1 again"],
];

/** What it does where it may choose on which. */
const ON_ANY: readonly (readonly [action: string, what: string])[] = [
  ["sts:AssumeRole", "is whoever trusts the account"],
  ["sts:AssumeRoleWithWebIdentity", "is whoever trusts its token"],
  ["ssm:SendCommand", "runs commands on every machine"],
  ["ssm:StartSession", "has a shell on every machine"],
  ["ssm:StartAutomationExecution", "runs a runbook with its role"],
  ["ssm:CreateAssociation", "has a command run again and again"],
  ["ec2-instance-connect:SendSSHPublicKey", "logs in to every machine"],
  ["ec2-instance-connect:SendSerialConsoleSSHPublicKey", "logs in past the security group"],
  ["lambda:UpdateFunctionCode", "runs as another function's role"],
  ["lambda:UpdateFunctionConfiguration", "puts a layer under another function"],
  ["lambda:CreateFunction", "runs as a role that is handed on"],
  ["lambda:CreateEventSourceMapping", "has its function called"],
  ["lambda:InvokeFunction", "calls a function with a wider role"],
  ["cloudformation:CreateStack", "makes what the stack's role may"],
  ["cloudformation:UpdateStack", "changes what the stack's role may"],
  ["cloudformation:CreateChangeSet", "does so in two steps"],
  ["cloudformation:SetStackPolicy", "takes a stack's protection away"],
  ["glue:CreateDevEndpoint", "has a shell with a role of Glue"],
  ["glue:UpdateDevEndpoint", "puts its key on somebody's endpoint"],
  ["glue:CreateJob", "runs a script with a role of Glue"],
  ["glue:UpdateJob", "changes somebody's script"],
  ["datapipeline:CreatePipeline", "runs commands by a pipeline"],
  ["datapipeline:PutPipelineDefinition", "changes what a pipeline runs"],
  ["sagemaker:CreateNotebookInstance", "has a notebook with a role"],
  ["sagemaker:CreatePresignedNotebookInstanceUrl", "opens somebody's notebook"],
  ["sagemaker:CreateTrainingJob", "runs a program with a role"],
  ["codebuild:CreateProject", "builds with a role"],
  ["codebuild:UpdateProject", "changes what somebody's project builds with"],
  ["codebuild:StartBuild", "builds what it likes in somebody's project"],
  ["codestar:CreateProject", "makes a project with a service role"],
  ["codestar:AssociateTeamMember", "owns somebody's project"],
  ["ecs:RunTask", "runs a container with a role"],
  ["ecs:RegisterTaskDefinition", "says what such a container runs"],
  ["ecs:ExecuteCommand", "has a shell in every container"],
  ["ec2:RunInstances", "starts a machine with a role"],
  ["ec2:RequestSpotInstances", "starts a cheaper one"],
  ["ec2:CreateLaunchTemplateVersion", "changes what others start"],
  ["autoscaling:CreateLaunchConfiguration", "says what a group starts"],
  ["states:CreateStateMachine", "calls services with a role"],
  ["scheduler:CreateSchedule", "calls them by the clock"],
];

describeRule("iam-no-privilege-escalation", {
  passes: [
    ["one role handed on", policy({ Action: "iam:PassRole", Resource: ROLE })],
    ["reading IAM", policy({ Action: "iam:Get*", Resource: "*" })],
    ["a refusal of all of it", policy({ Effect: "Deny", Action: "iam:*", Resource: "*" })],
    [
      "what of a refusal is not known yet",
      asObject({ effect: "Deny", action: [UNKNOWN, "iam:PassRole"], resource: UNKNOWN }),
    ],
    [
      "commands on one machine",
      policy({ Action: "ssm:SendCommand", Resource: "arn:aws:ec2:eu-west-1:1:instance/i-1" }),
    ],
    ["a harmless action, wherever", asObject({ action: "ec2:CreateTags", resource: UNKNOWN })],
  ],
  refuses: [
    ...ON_ONE.map(
      ([action, what]) => [`who ${what}`, policy({ Action: action, Resource: ROLE }), found(action)] as const,
    ),
    ...ON_ANY.map(
      ([action, what]) => [`who ${what}`, policy({ Action: action, Resource: "*" }), found(action)] as const,
    ),
    [
      "who may choose among instances, by a kind cut short",
      policy({ Action: "ssm:SendCommand", Resource: "arn:aws:ec2:*:*:inst*" }),
      found("ssm:SendCommand"),
    ],
    [
      "a right among harmless ones",
      policy({ Action: ["s3:GetObject", "iam:PassRole"], Resource: [ROLE, "arn:aws:iam::1:role/two-*"] }),
      found("iam:PassRole"),
    ],
    [
      "three rights",
      policy({ Action: ["iam:CreatePolicy", "iam:CreateUser", "iam:CreateRole"], Resource: ROLE }),
      found("iam:CreatePolicy, iam:CreateUser, iam:CreateRole"),
    ],
    ["any role handed on", policy({ Action: "iam:Pass*", Resource: "*" }), found("iam:PassRole")],
    [
      "every role handed on",
      policy({ Action: "iam:PassRole", Resource: "arn:aws:iam::1:role/*" }),
      found("iam:PassRole"),
    ],
    [
      "a policy's new version",
      asObject({ action: ["IAM:createpolicyversion"], resource: ROLE }),
      found("iam:CreatePolicyVersion"),
    ],
    ["a pattern", policy({ Action: "iam:?ttachRolePolicy", Resource: ROLE }), found("iam:AttachRolePolicy")],
    [
      "everything of IAM",
      policy({ Action: "iam:*", Resource: ROLE }),
      found("iam:CreatePolicy, iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion and 29 more"),
    ],
  ],
  unknown: [
    ["the policy", later, "it: policy"],
    ["which machine", asObject({ action: "ssm:SendCommand", resource: UNKNOWN }), "it: policy.Statement[0]"],
    ["which action", asObject({ action: UNKNOWN, resource: ROLE }), "it: policy.Statement[0]"],
    ["whose role", asObject({ action: "iam:PassRole", resource: UNKNOWN }), "it: policy.Statement[0]"],
  ],
});
