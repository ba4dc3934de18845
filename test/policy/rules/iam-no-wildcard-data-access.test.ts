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

const found = (what: string) =>
  `it: policy.Statement[0] is "${what} on any resource"; wanted named resources.`;
/** What the holder of one action reads where it may choose. */
const TOLD: readonly (readonly [action: string, what: string])[] = [
  ["s3:GetObjectVersion", "a picture that was overwritten"],
  ["secretsmanager:BatchGetSecretValue", "twenty secrets at once"],
  ["ssm:GetParameter", "a parameter"],
  ["ssm:GetParametersByPath", "a tree of parameters"],
  ["ssm:GetParameterHistory", "what a parameter was before"],
  ["kms:Decrypt", "what any key has encrypted"],
  ["dynamodb:GetItem", "a row"],
  ["dynamodb:BatchGetItem", "a hundred rows"],
  ["dynamodb:Query", "a table's part"],
  ["dynamodb:Scan", "a table"],
  ["dynamodb:GetRecords", "what a table's rows were"],
  ["ec2:GetPasswordData", "a Windows administrator's password"],
  ["ec2:GetConsoleOutput", "what a machine wrote at its start"],
  ["ec2:GetConsoleScreenshot", "a machine's screen"],
  ["ec2:DescribeInstanceAttribute", "a machine's user data"],
  ["ec2:DescribeLaunchTemplateVersions", "a template's user data"],
  ["ec2:GetLaunchTemplateData", "a machine's user data, as a template"],
  ["autoscaling:DescribeLaunchConfigurations", "a configuration's user data"],
  ["ebs:GetSnapshotBlock", "a disk, block by block"],
  ["lambda:GetFunction", "a function's code and environment"],
  ["lambda:GetFunctionConfiguration", "a function's environment"],
  ["lambda:ListFunctions", "every function's environment"],
  ["apigateway:GET", "every customer's API key"],
  ["codebuild:BatchGetProjects", "a build's environment"],
  ["glue:GetConnection", "a database's password"],
  ["ecs:DescribeTaskDefinition", "a container's environment"],
  ["logs:GetLogEvents", "who asked for what"],
  ["sqs:ReceiveMessage", "somebody's jobs"],
  ["kinesis:GetRecords", "somebody's stream"],
  ["rds-db:connect", "a database"],
  ["redshift:GetClusterCredentials", "a warehouse's password"],
  ["redshift:GetClusterCredentialsWithIAM", "the same by the caller's role"],
  ["redshift-serverless:GetCredentials", "the same without a cluster"],
  ["lightsail:GetInstanceAccessDetails", "a machine's key"],
  ["lightsail:GetRelationalDatabaseMasterUserPassword", "a database administrator's password"],
  ["codeartifact:GetAuthorizationToken", "a token for packages"],
  ["sts:GetFederationToken", "a session of one's own"],
  ["sso:GetRoleCredentials", "a person's role"],
  ["cognito-identity:GetCredentialsForIdentity", "a customer's role"],
  ["cognito-identity:GetOpenIdTokenForDeveloperIdentity", "a token for any customer"],
  ["chime:CreateApiKey", "a key for calls"],
];

describeRule("iam-no-wildcard-data-access", {
  passes: [
    ["one parameter", policy({ Action: "ssm:GetParameter", Resource: "arn:aws:ssm:a:1:parameter/x" })],
    ["a refusal", policy({ Effect: "Deny", Action: "s3:GetObject", Resource: "*" })],
    [
      "machines of its own",
      policy({
        Action: "ec2:GetConsoleOutput",
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/stack": "mine" } },
      }),
    ],
    ["lists", policy({ Action: "s3:ListBucket", Resource: "*" })],
  ],
  refuses: [
    ...TOLD.map(
      ([action, what]) => [what, policy({ Action: action, Resource: "*" }), found(action)] as const,
    ),
    [
      "every secret, among what is harmless",
      policy({ Action: ["s3:ListBucket", "secretsmanager:GetSecretValue"], Resource: "*" }),
      found("secretsmanager:GetSecretValue"),
    ],
    [
      "every secret",
      policy({ Action: "secretsmanager:Get*", Resource: "*" }),
      found("secretsmanager:GetSecretValue"),
    ],
    ["every object", asObject({ action: "S3:getobject", resource: "arn:aws:s3:::*" }), found("s3:GetObject")],
    [
      "every parameter",
      policy({ Action: "ssm:GetParameter?", Resource: "arn:aws:ssm:*:*:parameter/*" }),
      found("ssm:GetParameters"),
    ],
  ],
  unknown: [
    [
      "what a statement is bound to",
      asObject({ action: "ec2:GetConsoleOutput", resource: "*", condition: { StringEquals: UNKNOWN } }),
      "it: policy.Statement[0]",
    ],
    ["the policy", later, "it: policy"],
    ["whose secret", asObject({ action: "ssm:GetParameter", resource: UNKNOWN }), "it: policy.Statement[0]"],
  ],
});
