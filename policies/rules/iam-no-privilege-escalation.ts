import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { IDENTITY_POLICIES, statements } from "../facts/iam-document";
import { covers, coversAnyResource } from "../facts/iam-patterns";

/** Each gives its holder more than it has, whatever it is allowed on. */
const ANYWHERE = [
  "iam:CreatePolicy",
  "iam:CreatePolicyVersion",
  "iam:SetDefaultPolicyVersion",
  "iam:AttachUserPolicy",
  "iam:AttachGroupPolicy",
  "iam:AttachRolePolicy",
  "iam:PutUserPolicy",
  "iam:PutGroupPolicy",
  "iam:PutRolePolicy",
  "iam:AddUserToGroup",
  "iam:UpdateAssumeRolePolicy",
  "iam:DetachRolePolicy",
  "iam:DeleteRolePolicy",
  "iam:CreateAccessKey",
  "iam:UpdateAccessKey",
  "iam:CreateLoginProfile",
  "iam:UpdateLoginProfile",
  "iam:CreateUser",
  "iam:CreateRole",
  "iam:CreateServiceSpecificCredential",
  "iam:ResetServiceSpecificCredential",
  "iam:UploadSigningCertificate",
  "iam:UploadSSHPublicKey",
  "iam:DeleteRolePermissionsBoundary",
  "iam:DeleteUserPermissionsBoundary",
  "iam:PutRolePermissionsBoundary",
  "iam:PutUserPermissionsBoundary",
  "iam:DeactivateMFADevice",
  "iam:CreateOpenIDConnectProvider",
  "iam:UpdateOpenIDConnectProviderThumbprint",
  "iam:AddClientIDToOpenIDConnectProvider",
  "iam:CreateSAMLProvider",
  "iam:UpdateSAMLProvider",
  "iam:AddRoleToInstanceProfile",
  "rolesanywhere:CreateTrustAnchor",
  "sts:AssumeRoot",
  "organizations:CreateAccount",
  "organizations:LeaveOrganization",
  "organizations:DetachPolicy",
  "organizations:UpdatePolicy",
  "organizations:DisablePolicyType",
  "organizations:MoveAccount",
  "organizations:RegisterDelegatedAdministrator",
  "sso:CreateAccountAssignment",
  "sso:PutInlinePolicyToPermissionSet",
  "sso:AttachManagedPolicyToPermissionSet",
  "sso:AttachCustomerManagedPolicyReferenceToPermissionSet",
  "sso:DeletePermissionsBoundaryFromPermissionSet",
  "identitystore:CreateGroupMembership",
  "kms:PutKeyPolicy",
  "kms:CreateGrant",
  "kms:ReplicateKey",
  "s3:PutBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutAccountPublicAccessBlock",
  "s3:PutAccessPointPolicy",
  "lambda:AddPermission",
  "secretsmanager:PutResourcePolicy",
  "sns:AddPermission",
  "sns:SetTopicAttributes",
  "sqs:AddPermission",
  "sqs:SetQueueAttributes",
  "ecr:SetRepositoryPolicy",
  "backup:PutBackupVaultAccessPolicy",
  "ec2:AssociateIamInstanceProfile",
  "ec2:ReplaceIamInstanceProfileAssociation",
  "ec2:ModifyInstanceAttribute",
  "ec2:ModifyInstanceMetadataOptions",
  "ec2:CreateReplaceRootVolumeTask",
  "ec2:ModifySnapshotAttribute",
  "ec2:ModifyImageAttribute",
];

/** Each does, where a wildcard or a variable leaves open which role: its name is soon somebody's administrator. */
const ON_SEVERAL = ["iam:PassRole", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"];

/** Each does, where it may choose on whom: what it takes over has a role of its own. */
const ON_ANYTHING = [
  "ssm:SendCommand",
  "ssm:StartSession",
  "ssm:StartAutomationExecution",
  "ssm:CreateAssociation",
  "ec2-instance-connect:SendSSHPublicKey",
  "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
  "lambda:UpdateFunctionCode",
  "lambda:UpdateFunctionConfiguration",
  "lambda:CreateFunction",
  "lambda:CreateEventSourceMapping",
  "lambda:InvokeFunction",
  "cloudformation:CreateStack",
  "cloudformation:UpdateStack",
  "cloudformation:CreateChangeSet",
  "cloudformation:SetStackPolicy",
  "glue:CreateDevEndpoint",
  "glue:UpdateDevEndpoint",
  "glue:CreateJob",
  "glue:UpdateJob",
  "datapipeline:CreatePipeline",
  "datapipeline:PutPipelineDefinition",
  "sagemaker:CreateNotebookInstance",
  "sagemaker:CreatePresignedNotebookInstanceUrl",
  "sagemaker:CreateTrainingJob",
  "codebuild:CreateProject",
  "codebuild:UpdateProject",
  "codebuild:StartBuild",
  "codestar:CreateProject",
  "codestar:AssociateTeamMember",
  "ecs:RunTask",
  "ecs:RegisterTaskDefinition",
  "ecs:ExecuteCommand",
  "ec2:RunInstances",
  "ec2:RequestSpotInstances",
  "ec2:CreateLaunchTemplateVersion",
  "autoscaling:CreateLaunchConfiguration",
  "states:CreateStateMachine",
  "scheduler:CreateSchedule",
];

const rule: ResourceRule = {
  description:
    "No policy allows an action by which its holder gets more rights than it was given, or gives them away.",
  why: "A role that may write policies, hand roles on or run commands elsewhere is an administrator's with one step between.",
  fix: "take the action away; name one role for iam:PassRole and sts:AssumeRole, one instance for ssm:SendCommand.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_60" },
    { catalogue: "checkov", id: "CKV_AWS_109" },
    { catalogue: "checkov", id: "CKV_AWS_110" },
    { catalogue: "checkov", id: "CKV_AWS_286" },
    { catalogue: "checkov", id: "CKV_AWS_287" },
    { catalogue: "checkov", id: "CKV_AWS_289" },
    { catalogue: "trivy", id: "AWS-0342" },
  ],
  types: Object.keys(IDENTITY_POLICIES),
  checkResource(resource, report) {
    const allowing = statements(resource, IDENTITY_POLICIES, report).filter(({ allows }) => allows);
    for (const statement of allowing) {
      const { path, actions, resources } = statement;
      const among = (list: readonly string[]) =>
        list.filter((action) => actions.some((pattern) => covers(pattern, action)));
      const onAnything = among(ON_ANYTHING);
      const onSeveral = among(ON_SEVERAL);
      const isOpen = coversAnyResource(statement);
      const found = [
        ...among(ANYWHERE),
        ...(isOpen || resources.some((one) => typeof one === "string" && /[*?]|\$\{/.test(one))
          ? onSeveral
          : []),
        ...(isOpen ? onAnything : []),
      ];
      if (found.length > 0) {
        const more = found.length > 3 ? ` and ${found.length - 3} more` : "";
        const names = `${found.slice(0, 3).join(", ")}${more}`;
        report.violation({ resource, path, found: names, wanted: "no way to further rights" });
      } else if (
        actions.includes(UNKNOWN) ||
        (onAnything.length + onSeveral.length > 0 && resources.includes(UNKNOWN))
      ) {
        report.unknown(resource, path);
      }
    }
  },
};
export default rule;
