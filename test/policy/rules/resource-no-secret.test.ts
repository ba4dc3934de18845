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
    ["a parameter that is none", parameter("String", "eu-central-1")],
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
