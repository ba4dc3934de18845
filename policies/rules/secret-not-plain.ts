import { isSecretAt, type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { providerSettings, stringsAt } from "../facts/docker";
import { holdsPrivateKey, secretIn } from "../facts/secrets";

/** Properties that are a credential by their name, in the types that have such. */
const CREDENTIALS = [
  ...["privateKeyPem", "caPrivateKeyPem", "password", "data", "registry.password", "registryAuth[].password"],
  ...["authConfig.password", "build.authConfigs[].password", "build.authConfigs[].auth"],
  ...["build.authConfigs[].identityToken", "build.authConfigs[].registryToken"],
  ...["connection.password", "connection.privateKey", "connection.privateKeyPassword"],
  ...["secretKey", "token"],
  ...["connection.proxy.password", "connection.proxy.privateKey", "connection.proxy.privateKeyPassword"],
];
const PROVIDER = /^pulumi:providers:/;
const HAS_CREDENTIALS =
  /^(tls:|command:|docker:index\/(secret|image|remoteImage|registryImage):|pulumi:providers:(docker|aws)$)/;
/** What a command reads, what is copied or uploaded, and what a provider is told. */
const HANDED_OVER: readonly (readonly [type: RegExp, path: RegExp])[] = [
  [/^command:/, /^(stdin|source\.(.*\.)?text)$/],
  [/^aws:s3\/bucketObject(v2)?:/, /^(content|contentBase64|source\.text)$/],
  [PROVIDER, /./],
];
/** What AWS keeps as secrets, by type. */
const OF_AWS: Readonly<Record<string, readonly string[]>> = {
  "aws:ssm/parameter:Parameter": ["value", "valueWo"],
  "aws:secretsmanager/secretVersion:SecretVersion": ["secretString", "secretStringWo", "secretBinary"],
  "aws:kms/externalKey:ExternalKey": ["keyMaterialBase64"],
  "aws:cloudwatch/eventConnection:EventConnection": [
    "authParameters.apiKey.value",
    "authParameters.basic.password",
    "authParameters.oauth.clientParameters.clientSecret",
  ],
  "aws:acm/certificate:Certificate": ["privateKey"],
  "aws:iam/serverCertificate:ServerCertificate": ["privateKey"],
  "aws:rds/instance:Instance": ["password"],
  "aws:rds/cluster:Cluster": ["masterPassword"],
  "aws:docdb/cluster:Cluster": ["masterPassword"],
  "aws:redshift/cluster:Cluster": ["masterPassword"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["authToken"],
};

const rule: StackRule = {
  description: "Private keys and other credentials are secrets in the state, wherever they are handed over.",
  why: "A plain value stands in the state file, in previews and in logs for whoever may read them.",
  fix: "wrap the value in pulumi.secret, or keep the secret output as it is instead of reading it out.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_SECRET_13" },
    { catalogue: "asvs", id: "13.3.1" },
  ],
  checkStack({ resources }, report) {
    for (const resource of resources) {
      // A source that does not tell what it encrypts can be asked nothing about it.
      if (resource.secretPaths === undefined) {
        continue;
      }
      const read = PROVIDER.test(resource.type) ? providerSettings(resource) : resource;
      for (const { path, text } of stringsAt(read, "", exceptSecrets(report))) {
        const isCredential = holdsPrivateKey(text) || isHandedOver(resource, path, text);
        const isNamed = HAS_CREDENTIALS.test(resource.type) && isCredentialPath(path);
        const isOfAws = OF_AWS[resource.type]?.includes(path) === true && !isPlainParameter(resource);
        if (!isSecretAt(resource, path) && (isCredential || isNamed || isOfAws)) {
          report.violation({ resource, path, found: "(a plain value)", wanted: "a secret" });
        }
      }
    }
  },
};
export default rule;

/** A secret is in order, whether the source shows its content or not. */
function exceptSecrets(report: Report): Report {
  return {
    ...report,
    unknown: (resource, path) => (isSecretAt(resource, path) ? undefined : report.unknown(resource, path)),
  };
}

/** Whether a secret stands among what is handed over; what is copied may be a program, which looks random. */
function isHandedOver({ type }: Resource, path: string, text: string): boolean {
  const isPlace = HANDED_OVER.some(([kinds, paths]) => kinds.test(type) && paths.test(path));
  return isPlace && secretIn(text, { mayBeRandom: path !== "stdin" }) !== undefined;
}

function isCredentialPath(path: string): boolean {
  return path.startsWith("buildSecrets.") || CREDENTIALS.includes(path.replace(/\[\d+\]/g, "[]"));
}

/** A parameter that is no SecureString is not meant to be one. */
function isPlainParameter(resource: Resource): boolean {
  return resource.type === "aws:ssm/parameter:Parameter" && valueAt(resource, "type") !== "SecureString";
}
