import type { ResourceRule } from "../core/rule";
import { areConditionsKnown, IDENTITY_POLICIES, statements } from "../facts/iam-document";
import { covers, coversAnyResource, isBound, isKnown } from "../facts/iam-patterns";

/** Actions that read but hand out data or credentials. */
const TELLING = [
  "s3:GetObject",
  "s3:GetObjectVersion",
  "secretsmanager:GetSecretValue",
  "secretsmanager:BatchGetSecretValue",
  "ssm:GetParameter",
  "ssm:GetParameters",
  "ssm:GetParametersByPath",
  "ssm:GetParameterHistory",
  "kms:Decrypt",
  "dynamodb:GetItem",
  "dynamodb:BatchGetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
  "dynamodb:GetRecords",
  "ec2:GetPasswordData",
  "ec2:GetConsoleOutput",
  "ec2:GetConsoleScreenshot",
  "ec2:DescribeInstanceAttribute",
  "ec2:DescribeLaunchTemplateVersions",
  "ec2:GetLaunchTemplateData",
  "autoscaling:DescribeLaunchConfigurations",
  "ebs:GetSnapshotBlock",
  "lambda:GetFunction",
  "lambda:GetFunctionConfiguration",
  "lambda:ListFunctions",
  "apigateway:GET",
  "codebuild:BatchGetProjects",
  "glue:GetConnection",
  "ecs:DescribeTaskDefinition",
  "logs:GetLogEvents",
  "sqs:ReceiveMessage",
  "kinesis:GetRecords",
  "rds-db:connect",
  "redshift:GetClusterCredentials",
  "redshift:GetClusterCredentialsWithIAM",
  "redshift-serverless:GetCredentials",
  "lightsail:GetInstanceAccessDetails",
  "lightsail:GetRelationalDatabaseMasterUserPassword",
  "codeartifact:GetAuthorizationToken",
  "sts:GetFederationToken",
  "sso:GetRoleCredentials",
  "cognito-identity:GetCredentialsForIdentity",
  "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
  "chime:CreateApiKey",
];

const rule: ResourceRule = {
  description: "Data, secrets and credentials may be read from named resources only.",
  why: "Reading changes nothing and gives everything away: another stack's secrets, another team's pictures.",
  fix: "name the ARNs of the parameters, secrets, objects and keys that are needed.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_107" },
    { catalogue: "checkov", id: "CKV_AWS_108" },
    { catalogue: "checkov", id: "CKV_AWS_288" },
  ],
  types: Object.keys(IDENTITY_POLICIES),
  checkResource(resource, report) {
    const allowing = statements(resource, IDENTITY_POLICIES, report).filter(
      (one) => one.allows && !isBound(one),
    );
    for (const statement of allowing) {
      const told = TELLING.filter((action) => statement.actions.some((pattern) => covers(pattern, action)));
      const isWide = told.length > 0 && coversAnyResource(statement);
      if (isWide && areConditionsKnown(statement)) {
        const found = `${told[0]} on any resource`;
        report.violation({ resource, path: statement.path, found, wanted: "named resources" });
      } else if (isWide || !isKnown(statement)) {
        report.unknown(resource, statement.path);
      }
    }
  },
};
export default rule;
