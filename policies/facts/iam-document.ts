import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";

/** One statement of a policy document, in one form for every way IAM lets it be written. */
export interface Statement {
  readonly resource: Resource;
  /** Path of the statement, through the document even where that is JSON text: `policy.Statement[0]`. */
  readonly path: string;
  /** Whether it allows; what does not say "Deny" counts as allowing. */
  readonly allows: boolean;
  readonly actions: readonly Value[];
  readonly notActions: readonly Value[];
  readonly resources: readonly Value[];
  readonly notResources: readonly Value[];
  readonly principals: readonly Principal[];
  readonly hasNotPrincipal: boolean;
  readonly conditions: readonly Condition[];
}

export interface Principal {
  /** Lower case: `service`, `aws`, `federated`, `canonicaluser`; `*` for everyone. */
  readonly kind: string;
  readonly value: Value;
}

export interface Condition {
  /** Lower case, e.g. `forallvalues:stringequals`. */
  readonly operator: string;
  /** Lower case, e.g. `aws:sourceaccount`. */
  readonly key: string;
  readonly values: readonly Value[];
}

/** Types whose documents say what somebody may do, with the paths of these. */
export const IDENTITY_POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/policy:Policy": "policy",
  "aws:iam/rolePolicy:RolePolicy": "policy",
  "aws:iam/userPolicy:UserPolicy": "policy",
  "aws:iam/groupPolicy:GroupPolicy": "policy",
  "aws:iam/role:Role": "inlinePolicies[].policy",
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
};

/** Types whose documents say who may use a resource. */
export const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:s3/bucket:Bucket": "policy",
  "aws:s3/bucketV2:BucketV2": "policy",
  "aws:s3/accessPoint:AccessPoint": "policy",
  "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy": "policy",
  "aws:s3control/accessPointPolicy:AccessPointPolicy": "policy",
  "aws:s3control/bucketPolicy:BucketPolicy": "policy",
  "aws:s3tables/tableBucketPolicy:TableBucketPolicy": "resourcePolicy",
  "aws:glacier/vault:Vault": "accessPolicy",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:ses/identityPolicy:IdentityPolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:ecr/registryPolicy:RegistryPolicy": "policy",
  "aws:ecrpublic/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
  "aws:backup/vaultPolicy:VaultPolicy": "policy",
  "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy": "policy",
  "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy": "policy",
  "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy": "details.policy",
  "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy": "policy",
  "aws:s3tables/tablePolicy:TablePolicy": "resourcePolicy",
  "aws:glacier/vaultLock:VaultLock": "policy",
  "aws:lambda/resourcePolicy:ResourcePolicy": "policy",
  "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": "repositoryPolicy",
  "aws:codeartifact/domainPermissions:DomainPermissions": "policyDocument",
  "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": "policyDocument",
  "aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy": "deliveryDestinationPolicy",
  "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy": "policy",
  "aws:acmpca/policy:Policy": "policy",
  "aws:dsql/clusterPolicy:ClusterPolicy": "policy",
  "aws:xray/resourcePolicy:ResourcePolicy": "policyDocument",
  "aws:amp/resourcePolicy:ResourcePolicy": "policyDocument",
  "aws:oam/sinkPolicy:SinkPolicy": "policy",
  "aws:schemas/registryPolicy:RegistryPolicy": "policy",
  "aws:mediastore/containerPolicy:ContainerPolicy": "policy",
  "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy": "accessPolicy",
  "aws:networkfirewall/resourcePolicy:ResourcePolicy": "policy",
  "aws:opensearchingest/resourcePolicy:ResourcePolicy": "policy",
  "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy": "policy",
};

export const KEY_POLICIES: Readonly<Record<string, string>> = {
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:kms/externalKey:ExternalKey": "policy",
  "aws:kms/replicaExternalKey:ReplicaExternalKey": "policy",
};

export const TRUST_POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/role:Role": "assumeRolePolicy",
};

/** The statements that a resource holds at the path that the table gives for its type; what is not known is reported. */
export function statements(
  resource: Resource,
  table: Readonly<Record<string, string>>,
  report: Report,
): Statement[] {
  return documents(resource, table, report).flatMap(({ path, document }) => {
    const list = member(document, "Statement");
    return asList(list).flatMap((entry, at) => {
      const where = `${path}.Statement[${at}]`;
      if (entry === UNKNOWN) {
        report.unknown(resource, where);
        return [];
      }
      return isObject(entry) ? [statement(resource, where, entry)] : [];
    });
  });
}

/**
 * The documents that a resource holds, as the table has it, and that are known; `document` is undefined where the text
 * is no policy document.
 */
export function documents(
  resource: Resource,
  table: Readonly<Record<string, string>>,
  report: Report,
): { readonly path: string; readonly document: Value }[] {
  const where = table[resource.type];
  if (where === undefined) {
    return [];
  }
  const [list = where, key] = where.split("[].");
  const paths =
    key === undefined ? [list] : membersAt(report, resource, list).map(({ path }) => `${path}.${key}`);
  return paths.flatMap((path) => {
    const value = valueAt(resource, path);
    if (value === UNKNOWN) {
      report.unknown(resource, path);
      return [];
    }
    return value === undefined || value === null || value === "" ? [] : [{ path, document: parse(value) }];
  });
}

function parse(value: Value): Value {
  let document = value;
  try {
    document = typeof value === "string" ? JSON.parse(value) : value;
  } catch {
    return undefined;
  }
  return isObject(document) ? document : undefined;
}

function statement(resource: Resource, path: string, entry: ObjectValue): Statement {
  const effect = member(entry, "Effect");
  return {
    resource,
    path,
    allows: !(typeof effect === "string" && effect.trim().toLowerCase() === "deny"),
    actions: asList(member(entry, "Action")),
    notActions: asList(member(entry, "NotAction")),
    resources: asList(member(entry, "Resource")),
    notResources: asList(member(entry, "NotResource")),
    principals: principals(member(entry, "Principal")),
    hasNotPrincipal: member(entry, "NotPrincipal") !== undefined,
    conditions: conditions(member(entry, "Condition")),
  };
}

function principals(value: Value): Principal[] {
  if (!isObject(value)) {
    return asList(value).map((one) => ({ kind: isEveryone(one) ? "*" : "unknown", value: one }));
  }
  return Object.entries(value).flatMap(([kind, list]) =>
    asList(list).map((one) => ({ kind: isEveryone(one) ? "*" : kind.toLowerCase(), value: one })),
  );
}

/** A wildcard in the account's place is every account, too. */
function isEveryone(value: Value): boolean {
  const parts = typeof value === "string" ? value.trim().split(":") : [];
  return parts.length === 1 ? /^[*?]+$/.test(parts[0] ?? "") : /[*?]/.test(parts[4] ?? "");
}

/**
 * Says of each statement that allows everyone something, and does not bind whose callers they are.
 * @param isBound whether a statement's conditions leave only callers of named accounts
 */
export function refuseEveryone(
  resource: Resource,
  table: Readonly<Record<string, string>>,
  report: Report,
  isBound: (statement: Statement) => boolean,
): void {
  for (const statement of statements(resource, table, report)) {
    const { allows, principals: who } = statement;
    const path = `${statement.path}.Principal`;
    const everyone = who.find(({ kind }) => kind === "*");
    if (!allows || isBound(statement)) {
      continue;
    }
    if (everyone !== undefined && areConditionsKnown(statement)) {
      report.violation({ resource, path, found: everyone.value, wanted: "named principals" });
    } else if (everyone !== undefined || who.some(({ value }) => value === UNKNOWN)) {
      report.unknown(resource, path);
    }
  }
}

/**
 * Whether a condition is true of nothing but what its values name. One with IfExists or ForAllValues is true of a request
 * without the key, too, and one with the key's own value always.
 */
export function isNarrowed(
  { conditions }: Statement,
  isKey: (key: string) => boolean,
  isName: (value: string) => boolean,
): boolean {
  return conditions.some(
    ({ operator, key, values }) =>
      /^(foranyvalue:)?(string|arn)(equals|like|equalsignorecase)$/.test(operator) &&
      isKey(key) &&
      values.length > 0 &&
      values.every(
        (value) => typeof value === "string" && isName(value) && !value.toLowerCase().includes(`\${${key}`),
      ),
  );
}

/** Whether all is known of what a statement holds under. */
export function areConditionsKnown({ conditions }: Statement): boolean {
  return !conditions.some(({ values }) => values.includes(UNKNOWN));
}

function conditions(value: Value): Condition[] {
  return named(value).flatMap(([operator, keys]) =>
    named(keys).map(([key, values]) => ({ operator, key, values: asList(values) })),
  );
}

/** What an object holds, by its names in lower case; one that is not known yet holds something. */
function named(value: Value): [name: string, value: Value][] {
  if (value === UNKNOWN) {
    return [["", UNKNOWN]];
  }
  return isObject(value) ? Object.entries(value).map(([name, one]) => [name.toLowerCase(), one]) : [];
}

type ObjectValue = { readonly [key: string]: Value };

function isObject(value: Value): value is ObjectValue {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** IAM takes the names of elements in any case. */
function member(holder: Value, name: string): Value {
  const found = isObject(holder)
    ? Object.entries(holder).find(([key]) => key.toLowerCase() === name.toLowerCase())
    : undefined;
  return found?.[1];
}

function asList(value: Value): readonly Value[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
