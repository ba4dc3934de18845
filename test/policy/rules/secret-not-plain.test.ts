import { describe, expect, it } from "vitest";
import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "secret-not-plain";
const CERTIFICATE = "tls:index/selfSignedCert:SelfSignedCert";
const COMMAND = "command:remote:Command";
const PEM = "-----BEGIN EC PRIVATE KEY-----";
const DIGEST = "6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa";
const CERTIFICATE_PEM =
  "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUX3Jq8uY2mZ0c9vKpT4rWnQeH1LUwCgYIKoZIzj0EAwIw\n-----END CERTIFICATE-----\n";
const kept = (type: string, props: Record<string, Value>, ...secretPaths: string[]): Resource => ({
  ...resource(type, props),
  secretPaths,
});
const connection = (authParameters: Value) =>
  kept("aws:cloudwatch/eventConnection:EventConnection", { authParameters });

describe(ID, () => {
  it.each([
    ["a secret", kept(CERTIFICATE, { privateKeyPem: PEM }, "privateKeyPem")],
    ["a secret within a secret", kept(COMMAND, { connection: { password: "p" } }, "connection")],
    ["a secret that the source does not show", kept(COMMAND, { stdin: UNKNOWN }, "stdin")],
    ["a source that does not tell", resource(CERTIFICATE, { privateKeyPem: PEM })],
    ["plain text", kept(COMMAND, { stdin: "hello" })],
    ["a copied program", kept("command:remote:CopyToRemote", { source: { text: `echo ${DIGEST}` } })],
    [
      "an object of a bucket",
      kept("aws:s3/bucketObject:BucketObject", { content: "hello", key: "token=abcdefgh" }),
    ],
    ["a provider that is told no secret", kept("pulumi:providers:docker", { host: "ssh://u@h" })],
    ["a named digest", kept(COMMAND, { stdin: `{"sha256":"${DIGEST}"}` })],
    ["a token elsewhere than on standard input", kept(COMMAND, { create: "api_token=abcdefgh" })],
    [
      "a name that only looks like a credential's",
      kept(COMMAND, { connection: { passwordless: "p" }, data2: "x" }),
    ],
    ["the same name in another kind", kept("random:index/randomPassword:RandomPassword", { password: "p" })],
    ["a kind that only ends alike", kept("mytls:index/key:Key", { privateKeyPem: "p" })],
    ["a parameter in the clear", kept("aws:ssm/parameter:Parameter", { type: "String", value: "p" })],
    ["a parameter that was never meant to be one", kept("aws:ssm/parameter:Parameter", { value: "p" })],
    [
      "a description of a secret",
      kept("aws:ssm/parameter:Parameter", { type: "SecureString", description: "p" }),
    ],
    [
      "a provider's login as a secret",
      kept("pulumi:providers:docker", { registryAuth: '[{"address":"h","password":"p"}]' }, "registryAuth"),
    ],
    [
      "a provider's configuration file that names where the logins are",
      kept("pulumi:providers:docker", {
        registryAuth: '[{"address":"h","configFileContent":"{\\"credsStore\\":\\"ecr-login\\"}"}]',
      }),
    ],
    ["a certificate", kept(COMMAND, { stdin: JSON.stringify({ ca: CERTIFICATE_PEM }) })],
  ])("passes %s", (_, it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    ["a certificate's key", kept(CERTIFICATE, { privateKeyPem: PEM }), "privateKeyPem"],
    ["a password of a connection", kept(COMMAND, { connection: { password: "p" } }), "connection.password"],
    [
      "a key in base64",
      kept(COMMAND, { environment: { A: Buffer.from(PEM).toString("base64") } }),
      "environment.A",
    ],
    ["a key of PuTTY's", kept(COMMAND, { create: "PuTTY-User-Key-File-3: ssh-ed25519" }), "create"],
    [
      "a copied token",
      kept("command:remote:CopyToRemote", { source: { assets: { a: { text: "api_token=abcdefgh" } } } }),
      "source.assets.a.text",
    ],
    [
      "an object's token",
      kept("aws:s3/bucketObjectv2:BucketObjectv2", {
        contentBase64: Buffer.from("token=abcdefgh1234").toString("base64"),
      }),
      "contentBase64",
    ],
    ["AWS's key", kept("pulumi:providers:aws", { region: "eu-central-1", secretKey: "p" }), "secretKey"],
    ["AWS's session", kept("pulumi:providers:aws", { token: "p" }), "token"],
    ["a key on standard input", kept(COMMAND, { stdin: PEM }), "stdin"],
    ["random digits without a name", kept(COMMAND, { stdin: DIGEST }), "stdin"],
    [
      "a key between certificates",
      kept(COMMAND, { stdin: `${CERTIFICATE_PEM}${DIGEST}${CERTIFICATE_PEM}` }),
      "stdin",
    ],
    ["a token on standard input", kept(COMMAND, { stdin: "api_token=abcdefgh" }), "stdin"],
    ["a key where none is awaited", kept("aws:ssm/parameter:Parameter", { value: PEM }), "value"],
    ["a secret that only begins alike", kept(COMMAND, { stdin: PEM }, "std"), "stdin"],
    ["a key in any form", kept(CERTIFICATE, { privateKeyPem: "p" }), "privateKeyPem"],
    ["a request's password", kept("docker:index/image:Image", { password: "p" }), "password"],
    ...["password", "privateKey", "privateKeyPassword"].flatMap((key): [string, Resource, string][] => [
      [`a connection's ${key}`, kept(COMMAND, { connection: { [key]: "p" } }), `connection.${key}`],
      [
        `a proxy's ${key}`,
        kept(COMMAND, { connection: { proxy: { [key]: "p" } } }),
        `connection.proxy.${key}`,
      ],
    ]),
    [
      "a proxy's key",
      kept(COMMAND, { connection: { proxy: { privateKey: "p" } } }),
      "connection.proxy.privateKey",
    ],
    [
      "a CA's key",
      kept("tls:index/locallySignedCert:LocallySignedCert", { caPrivateKeyPem: "p" }),
      "caPrivateKeyPem",
    ],
    [
      "a registry's password",
      kept("docker:index/image:Image", { registry: { password: "p" } }),
      "registry.password",
    ],
    [
      "a build's secret",
      kept("docker:index/image:Image", { buildSecrets: { token: "p" } }),
      "buildSecrets.token",
    ],
    [
      "a provider's password",
      kept("pulumi:providers:docker", { registryAuth: [{ address: "h", password: "p" }] }),
      "registryAuth[0].password",
    ],
    [
      "the eleventh of a provider's passwords",
      kept("pulumi:providers:docker", {
        registryAuth: [...Array.from({ length: 10 }, () => ({ address: "h" })), { password: "p" }],
      }),
      "registryAuth[10].password",
    ],
    [
      "a provider's password, as Pulumi hands it over",
      kept("pulumi:providers:docker", { registryAuth: JSON.stringify([{ address: "h", password: "p" }]) }),
      "registryAuth[0].password",
    ],
    [
      "a login in a provider's configuration file",
      kept("pulumi:providers:docker", {
        registryAuth: JSON.stringify([
          { address: "h", configFileContent: '{"auths":{"h":{"auth":"dTpodW50ZXIyMg=="}}}' },
        ]),
      }),
      "registryAuth[0].configFileContent",
    ],
    [
      "the password to push with",
      kept("docker:index/registryImage:RegistryImage", { authConfig: { address: "h", password: "p" } }),
      "authConfig.password",
    ],
    ...["password", "auth", "identityToken", "registryToken"].map((key): [string, Resource, string] => [
      `the ${key} of a build's registry`,
      kept("docker:index/remoteImage:RemoteImage", {
        build: { authConfigs: [{ hostName: "h", [key]: "p" }] },
      }),
      `build.authConfigs[0].${key}`,
    ]),
    ["a SecureString", kept("aws:ssm/parameter:Parameter", { type: "SecureString", value: "p" }), "value"],
    [
      "a secret's text",
      kept("aws:secretsmanager/secretVersion:SecretVersion", { secretString: "p" }),
      "secretString",
    ],
    [
      "a SecureString that is only written",
      kept("aws:ssm/parameter:Parameter", { type: "SecureString", valueWo: "p" }),
      "valueWo",
    ],
    [
      "a secret's text that is only written",
      kept("aws:secretsmanager/secretVersion:SecretVersion", { secretStringWo: "p" }),
      "secretStringWo",
    ],
    [
      "a key of one's own",
      kept("aws:kms/externalKey:ExternalKey", { keyMaterialBase64: "p" }),
      "keyMaterialBase64",
    ],
    [
      "a key of somebody's service",
      connection({ apiKey: { key: "x", value: "p" } }),
      "authParameters.apiKey.value",
    ],
    [
      "a password of somebody's service",
      connection({ basic: { username: "x", password: "p" } }),
      "authParameters.basic.password",
    ],
    [
      "a client's secret",
      connection({ oauth: { clientParameters: { clientId: "x", clientSecret: "p" } } }),
      "authParameters.oauth.clientParameters.clientSecret",
    ],
    [
      "a secret's bytes",
      kept("aws:secretsmanager/secretVersion:SecretVersion", { secretBinary: "p" }),
      "secretBinary",
    ],
    [
      "a certificate's key in ACM",
      kept("aws:acm/certificate:Certificate", { privateKey: "p" }),
      "privateKey",
    ],
    ["one in IAM", kept("aws:iam/serverCertificate:ServerCertificate", { privateKey: "p" }), "privateKey"],
    ["a database's password", kept("aws:rds/instance:Instance", { password: "p" }), "password"],
    ["a cluster's password", kept("aws:rds/cluster:Cluster", { masterPassword: "p" }), "masterPassword"],
    ["one of documents", kept("aws:docdb/cluster:Cluster", { masterPassword: "p" }), "masterPassword"],
    ["one of a warehouse", kept("aws:redshift/cluster:Cluster", { masterPassword: "p" }), "masterPassword"],
    [
      "a cache's token",
      kept("aws:elasticache/replicationGroup:ReplicationGroup", { authToken: "p" }),
      "authToken",
    ],
    ["the engine's secret", kept("docker:index/secret:Secret", { data: "eA==" }), "data"],
  ])("refuses %s in the clear", (_, it, path) => {
    expect(look(ID, it).violations).toEqual([`it: ${path} is "(a plain value)"; wanted a secret.`]);
  });

  it("looks again when a value is known", () => {
    expect(look(ID, kept(COMMAND, { stdin: UNKNOWN }))).toEqual({ violations: [], unknown: ["it: stdin"] });
  });
});
