import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const open = (Principal: Value, Condition?: Value) =>
  resource("aws:sqs/queue:Queue", { policy: { Statement: { Principal, Condition } } });
const found = 'it: policy.Statement[0].Principal is "*"; wanted named principals.';
const variable = (name: string) => `\${${name}}`;
const OF_ITS_ACCOUNT = { StringEquals: { "aws:PrincipalAccount": variable("aws:ResourceAccount") } };
/** What else has a policy of its own, and where. */
const HOLDERS: readonly (readonly [type: string, path: string])[] = [
  ["aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy", "policy"],
  ["aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy", "policy"],
  ["aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy", "details.policy"],
  ["aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy", "policy"],
  ["aws:s3tables/tablePolicy:TablePolicy", "resourcePolicy"],
  ["aws:glacier/vaultLock:VaultLock", "policy"],
  ["aws:lambda/resourcePolicy:ResourcePolicy", "policy"],
  ["aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate", "repositoryPolicy"],
  ["aws:codeartifact/domainPermissions:DomainPermissions", "policyDocument"],
  ["aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy", "policyDocument"],
  ["aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy", "deliveryDestinationPolicy"],
  ["aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy", "policy"],
  ["aws:acmpca/policy:Policy", "policy"],
  ["aws:dsql/clusterPolicy:ClusterPolicy", "policy"],
  ["aws:xray/resourcePolicy:ResourcePolicy", "policyDocument"],
  ["aws:amp/resourcePolicy:ResourcePolicy", "policyDocument"],
  ["aws:oam/sinkPolicy:SinkPolicy", "policy"],
  ["aws:schemas/registryPolicy:RegistryPolicy", "policy"],
  ["aws:mediastore/containerPolicy:ContainerPolicy", "policy"],
  ["aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy", "accessPolicy"],
  ["aws:networkfirewall/resourcePolicy:ResourcePolicy", "policy"],
  ["aws:opensearchingest/resourcePolicy:ResourcePolicy", "policy"],
  ["aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy", "policy"],
];
const holding = (type: string, path: string): Resource => {
  const policy = JSON.stringify({ Statement: { Effect: "Allow", Principal: { AWS: "*" }, Action: "*" } });
  const [outer = "", inner] = path.split(".");
  return resource(type, { [outer]: inner === undefined ? policy : { [inner]: policy } });
};

describeRule("iam-no-public-principal", {
  passes: [
    ["a role", open({ AWS: "arn:aws:iam::1:role/x" })],
    [
      "what SNS gives each topic by itself",
      open({ AWS: "*" }, { StringEquals: { "AWS:SourceOwner": "123456789012" } }),
    ],
    ["callers of the resource's own account", open("*", OF_ITS_ACCOUNT)],
    ["callers of one account", open("*", { StringEquals: { "aws:PrincipalAccount": "1" } })],
  ],
  refuses: [
    ...HOLDERS.map(([type, path]): [string, Resource, string] => [
      type,
      holding(type, path),
      `it: ${path}.Statement[0].Principal is "*"; wanted named principals.`,
    ]),
    ["everyone", open("*"), found],
    ["everyone in a list", open({ AWS: ["*"] }), found],
    [
      "a condition that may be absent",
      open("*", { StringEqualsIfExists: { "aws:PrincipalAccount": "1" } }),
      found,
    ],
    [
      "a condition that compares a caller with itself",
      open("*", { StringEquals: { "aws:PrincipalAccount": variable("aws:PrincipalAccount") } }),
      found,
    ],
    ["a condition that holds for anybody", open("*", { StringLike: { "aws:PrincipalAccount": "*" } }), found],
  ],
  unknown: [
    [
      "whose callers",
      open("*", { StringEquals: { "aws:PrincipalAccount": UNKNOWN } }),
      "it: policy.Statement[0].Principal",
    ],
    ["who", open({ AWS: UNKNOWN }), "it: policy.Statement[0].Principal"],
  ],
});
