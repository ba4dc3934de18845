import { gzipSync } from "node:zlib";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const KEY = "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE";
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const instance = (userData: Value, key = "userData") =>
  resource("aws:ec2/instance:Instance", { [key]: userData });
const found = (what: string, path = "userData") => `it: ${path} is "${what}"; wanted no secret.`;
describeRule("ec2-no-secrets-in-user-data", {
  passes: [
    ["none", instance("#!/bin/bash\nPASSWORD=$(fetch)\nssh_pwauth: false\n")],
    ["no user data", instance(undefined)],
  ],
  refuses: [
    ["a key", instance(KEY), found("(an AWS access key)")],
    [
      "a key in base64",
      instance(base64(KEY), "userDataBase64"),
      found("(an AWS access key, in base64)", "userDataBase64"),
    ],
    [
      "a key in gzip",
      resource("aws:ec2/launchTemplate:LaunchTemplate", { userData: base64(gzipSync(KEY)) }),
      found("(an AWS access key, in base64, gzip)"),
    ],
    [
      "a key in a file of cloud-init, twice packed",
      instance(
        base64(`#cloud-config\nwrite_files:\n- encoding: gz+b64\n  content: ${base64(gzipSync(KEY))}\n`),
      ),
      found("(an AWS access key, in base64, base64, gzip)"),
    ],
    [
      "a key in a MIME part",
      instance(`Content-Transfer-Encoding: base64\n\n${base64(KEY).replace(/.{20}/g, "$&\n")}\n`),
      found("(an AWS access key, in base64)"),
    ],
    ["a private key", instance("-----BEGIN PRIVATE KEY-----"), found("(a private key)")],
    ["a password", instance("DB_PASSWORD='hunter2!'"), found("(a value for DB_PASSWORD)")],
  ],
  unknown: [["it", instance(UNKNOWN), ["it: userData"]]],
});
