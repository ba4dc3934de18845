import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const TOKEN = "hf_abcdefghijklmnopqrstuvwxyz012345";
const tagged = (tags: Value) => resource("aws:ec2/instance:Instance", { tags });
const parameter = (type: string, value: Value) => resource("aws:ssm/parameter:Parameter", { type, value });
const found = (path: string, what: string) => `it: ${path} is "${what}"; wanted no secret.`;

describeRule("resource-no-secret", {
  passes: [
    ["names", tagged({ Name: "comfy-gateway", stack: "aws", role: "gateway" })],
    ["a parameter that is encrypted", parameter("SecureString", TOKEN)],
    [
      "a parameter about a secret",
      resource("aws:ssm/parameter:Parameter", {
        type: "String",
        name: "/password/min-length",
        value: "hunter22",
      }),
    ],
    [
      "another kind that is named like a secret",
      resource("aws:ec2/instance:Instance", { name: "db-password", tags: { value: "gateway" } }),
    ],
    ["a parameter that is none", parameter("String", "eu-central-1")],
    ["a digest in a tag", tagged({ commit: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b" })],
    ["a secret in a place that few read", resource("aws:ec2/instance:Instance", { other: TOKEN })],
    ["a value that is no parameter's", resource("aws:ec2/instance:Instance", { value: TOKEN })],
    ["a provider that only ends alike", resource("myaws:ec2/instance:Instance", { tags: { a: TOKEN } })],
    ["another provider's", resource("docker:index/container:Container", { tags: { a: TOKEN } })],
  ],
  refuses: [
    ["a token in a tag", tagged({ token: TOKEN }), found("tags.token", "(a value for token)")],
    [
      "a key in a tag",
      tagged({ note: "-----BEGIN EC PRIVATE KEY-----\nMIG" }),
      found("tags.note", "(a private key)"),
    ],
    [
      "a word in a tag",
      tagged({ admin_password: "hunter22" }),
      found("tags.admin_password", "(a value for admin_password)"),
    ],
    [
      "packed",
      tagged({ note: Buffer.from(`key: ${TOKEN}`).toString("base64") }),
      found("tags.note", "(a Hugging Face token, in base64)"),
    ],
    ["a parameter in the clear", parameter("String", TOKEN), found("value", "(a Hugging Face token)")],
    [
      "a parameter that is named like a secret",
      resource("aws:ssm/parameter:Parameter", {
        type: "String",
        name: "/comfy/db-password",
        value: "hunter22",
      }),
      found("value", "(a value for db-password)"),
    ],
    [
      "a parameter in the clear, by its other name",
      resource("aws:ssm/parameter:Parameter", { insecureValue: TOKEN }),
      found("insecureValue", "(a Hugging Face token)"),
    ],
    [
      "a description",
      resource("aws:kms/key:Key", { description: TOKEN }),
      found("description", "(a Hugging Face token)"),
    ],
    [
      "a comment",
      resource("aws:route53/zone:Zone", { comment: TOKEN }),
      found("comment", "(a Hugging Face token)"),
    ],
    [
      "a provider's tag",
      resource("aws:kms/key:Key", { tagsAll: { a: TOKEN } }),
      found("tagsAll.a", "(a Hugging Face token)"),
    ],
    [
      "a function's variable",
      resource("aws:lambda/function:Function", { environment: { variables: { API_KEY: "hunter22" } } }),
      found("environment.variables.API_KEY", "(a value for API_KEY)"),
    ],
    [
      "a keeper",
      resource("random:index/randomPassword:RandomPassword", { keepers: { was: TOKEN } }),
      found("keepers.was", "(a Hugging Face token)"),
    ],
  ],
  unknown: [["a tag", tagged({ a: UNKNOWN }), "it: tags.a"]],
});
