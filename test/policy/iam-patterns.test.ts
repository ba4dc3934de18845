import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { isOwnCallersOnly } from "../../policies/facts/iam-callers";
import type { Condition, Statement } from "../../policies/facts/iam-document";
import {
  areEverything,
  covers,
  coversAnyResource,
  isAnyResource,
  isBound,
  isChanging,
  isEverything,
  isKnown,
} from "../../policies/facts/iam-patterns";
import { isOwnKey } from "../../policies/facts/keys";
import { resource } from "../support/policy";

const statement = (change: Partial<Statement>): Statement => ({
  ...{ resource: resource("aws:iam/policy:Policy", {}), path: "policy.Statement[0]", allows: true },
  ...{ actions: [], notActions: [], resources: [], notResources: [], principals: [], conditions: [] },
  hasNotPrincipal: false,
  ...change,
});
const condition = (operator: string, key: string, ...values: Value[]): Condition => ({
  operator,
  key,
  values,
});

const variable = (name: string) => `\${${name}}`;

describe("covers", () => {
  it.each<[Value, string]>([
    ["s3:GetObject", "s3:GetObject"],
    [" S3:getobject ", "s3:GetObject"],
    ["s3:*", "s3:GetObject"],
    ["s3:Get**", "s3:GetObject"],
    ["s3:Get?bject", "s3:GetObject"],
    ["*", "s3:GetObject"],
  ])("%s covers %s", (pattern, action) => {
    expect(covers(pattern, action)).toBe(true);
  });

  it.each<[Value, string]>([
    ["s3:Get", "s3:GetObject"],
    ["Object", "s3:GetObject"],
    ["s3:Get?Object", "s3:GetObject"],
    ["s3.GetObject", "s3:GetObject"],
    ["s3:(GetObject)", "s3:GetObject"],
    ["s3:Get[O]bject", "s3:GetObject"],
    [UNKNOWN, "s3:GetObject"],
    [undefined, "undefined"],
  ])("%j does not cover %s", (pattern, action) => {
    expect(covers(pattern, action)).toBe(false);
  });
});

describe("everything", () => {
  it.each(["*", "**", "?*", "*:*"])("%s", (pattern) => {
    expect(isEverything(pattern)).toBe(true);
  });

  it.each<Value>(["s3:*", "iam:*", UNKNOWN, undefined])("not %s", (pattern) => {
    expect(isEverything(pattern)).toBe(false);
  });

  it("takes all services together for it, and not all but one", () => {
    const services = ["iam:*", "s3:*", "ec2:*", "kms:*", "rds:*"];
    expect(areEverything(services)).toBe(true);
    for (const without of services) {
      expect(areEverything(services.filter((one) => one !== without))).toBe(false);
    }
  });
});

describe("isChanging", () => {
  it.each(["s3:PutObject", "s3:*", "s3:G*", "*", "ec2:RunInstances", "x:s3:Get", "s3:ForgetObject", ":get"])(
    "%s",
    (action) => {
      expect(isChanging(action)).toBe(true);
    },
  );

  it.each([
    ...[
      "s3:GetObject",
      "s3:Get*",
      " s3:ListBucket",
      "ec2:DescribeInstances",
      "dynamodb:BatchGetItem",
      "s3:HeadBucket",
    ],
    ...[
      "aws-portal:ViewBilling",
      "dynamodb:Query",
      "dynamodb:Scan",
      "iam:SimulatePrincipalPolicy",
      "x:CheckIt",
    ],
    ...["ecr:BatchCheckLayerAvailability", "x:SearchIt", "x:LookupIt", "x:ValidateIt", UNKNOWN, undefined],
  ])("not %s", (action) => {
    expect(isChanging(action as Value)).toBe(false);
  });
});

describe("isAnyResource", () => {
  it.each([
    ...["*", "?", "arn:*", "arn:aws:*", "a*"],
    ...[
      "arn:aws:s3:::*",
      "arn:aws:s3:::?*",
      "arn:aws:S3:::*/x",
      "arn:aws:sns:us-east-1:1:*",
      "arn:aws:sqs:us-east-1:1:*",
    ],
    ...["arn:aws:*:::x", "arn:aws:?3:::bucket", "ARN:aws:iam::1:role/*"],
    ...[
      "arn:aws:iam::1:*",
      "arn:aws:iam::1:role/*",
      "arn:aws:iam::1:r*",
      "arn:aws:iam::1:rol?/*",
      "arn:aws:iam::1:role/*/me",
      "arn:aws:ec2:*:*:*/*",
    ],
    ...[
      "arn:aws:logs:us-east-1:1:log-group:*",
      "arn:aws:logs:us-east-1:1:log-group:*:*",
      " arn:aws:kms:us-east-1:1:key/? ",
    ],
    "arn:aws:execute-api:us-east-1:1:*/prod/GET/x",
    // Every id of EC2's begins so.
    ...[
      "instance/i-*",
      "volume/vol-0*",
      "security-group/sg-?????????????????",
      "spot-fleet-request/sfr-*",
    ].map((every) => `arn:aws:ec2:*:*:${every}`),
    ...["*", "*:autoScalingGroupName*", "*:autoScalingGroupName/*", "1-2:autoScalingGroupName/?*"].map(
      (group) => `arn:aws:autoscaling:*:1:autoScalingGroup:${group}`,
    ),
    ...["arn:aws:ec2:*:*:instance/i*", "arn:aws:ec2:*:*:vpc-endpoint-service/vpce-svc-*"],
    "arn:aws:ssm:*:1:managed-instance/mi-*",
    ...["*", "*/object/*", "?*/object/x"].map((point) => `arn:aws:s3:us-east-1:1:accesspoint/${point}`),
  ])("%s", (pattern) => {
    expect(isAnyResource(pattern)).toBe(true);
  });

  it.each([
    ...[
      "arn:aws:s3:::bucket",
      "arn:aws:s3:::bucket/*",
      "arn:aws:s3:::bucket*",
      "arn:aws:s3:::",
      "arn:aws:sns:us-east-1:1:topic*",
    ],
    ...["arn:aws:sqs:us-east-1:1:queue*", "arn:aws:iam::1:role/me", "arn:aws:iam::1:role/me*"],
    ...[
      "arn:aws:iam::1:root",
      "arn:aws:logs:us-east-1:1:log-group:/me:*",
      "arn:aws:execute-api:us-east-1:1:id/*/*",
      "me",
    ],
    ...["arn:aws:ec2:*:*:instance/i-1", "arn:aws:ec2:*:*:instance/i-0a*", UNKNOWN, undefined],
    ...["arn:aws:ec2:*:*:key-pair/comfy-*", "arn:aws:ec2:*:*:placement-group/comfy-*"],
    ...[
      "arn:aws:iam::1:role/comfy-*",
      "arn:aws:ssm:*:1:parameter/comfy-*",
      "arn:aws:x:*:1:managed-instance/mi-*",
    ],
    "arn:aws:autoscaling:*:1:autoScalingGroup:*:autoScalingGroupName/comfy",
    "arn:aws:autoscaling:*:1:autoScalingGroup:*:autoScalingGroupName/comfy-*",
    ...["arn:aws:s3:us-east-1:1:accesspoint/mine/object/*", "arn:aws:s3:::accesspoint/*"],
  ])("not %s", (pattern) => {
    expect(isAnyResource(pattern as Value)).toBe(false);
  });
});

describe("of a statement", () => {
  it("coversAnyResource", () => {
    expect(coversAnyResource(statement({}))).toBe(true);
    expect(coversAnyResource(statement({ resources: ["me", "*"] }))).toBe(true);
    expect(coversAnyResource(statement({ resources: ["me"], notResources: ["x"] }))).toBe(true);
    expect(coversAnyResource(statement({ resources: ["me"] }))).toBe(false);
  });

  it("isKnown", () => {
    expect(isKnown(statement({ actions: ["a"], resources: ["b"] }))).toBe(true);
    expect(isKnown(statement({ actions: ["a", UNKNOWN] }))).toBe(false);
    expect(isKnown(statement({ resources: [UNKNOWN, "b"] }))).toBe(false);
  });

  it.each([
    condition("stringequals", "aws:resourcetag/stack", "comfy"),
    condition("stringequals", "aws:resourcetag/stack", variable("aws:PrincipalTag/stack")),
    condition("stringlike", "ec2:resourcetag/stack", "comfy-*"),
    condition("foranyvalue:stringequals", "aws:resourcetag/stack", "comfy"),
    condition("stringequalsignorecase", "cloudwatch:namespace", "comfy"),
    condition("arnlike", "ec2:vpc", "arn:aws:ec2:us-east-1:1:vpc/vpc-1"),
    condition("arnequals", "ec2:subnet", "a"),
    condition("arnequals", "ec2:instanceprofile", "a"),
    condition("stringequals", "kms:resourcealiases", "alias/comfy"),
    condition("stringequals", "iam:permissionsboundary", "a"),
  ])("isBound by $operator $key", (one) => {
    expect(isBound(statement({ conditions: [one] }))).toBe(true);
    expect(isBound(statement({ conditions: [condition("bool", "x", "true"), one] }))).toBe(true);
    expect(isBound(statement({ conditions: [{ ...one, values: [...one.values, "*"] }] }))).toBe(false);
  });

  it.each([
    condition("stringequalsifexists", "aws:resourcetag/stack", "comfy"),
    condition("forallvalues:stringequals", "aws:resourcetag/stack", "comfy"),
    condition("stringnotequals", "aws:resourcetag/stack", "comfy"),
    condition("stringequals", "aws:requesttag/stack", "comfy"),
    condition("stringequals", "my:cloudwatch:namespace", "comfy"),
    condition("stringequals", "cloudwatch:namespaces", "comfy"),
    condition("stringequals", "x:ec2:vpc", "a"),
    condition("stringequals", "ec2:vpcs", "a"),
    condition("stringequals", "s3:vpc", "a"),
    condition("stringequals", "aws:resourcetag/stack"),
    condition("stringequals", "aws:resourcetag/stack", variable("aws:ResourceTag/stack")),
    condition("stringequals", "aws:resourcetag/stack", `a${variable("AWS:resourcetag/stack, 'b'")}`),
    condition("stringlike", "aws:resourcetag/stack", "?*"),
    condition("stringlike", "aws:resourcetag/stack", ""),
    condition("stringlike", "aws:resourcetag/stack", UNKNOWN),
  ])("is not bound by $operator $key $values", (one) => {
    expect(isBound(statement({ conditions: [one] }))).toBe(false);
  });

  it.each([
    ...["kms:calleraccount", "aws:principalaccount", "aws:sourceaccount", "aws:sourceowner"].map((key) =>
      condition("stringequals", key, "123456789012"),
    ),
    ...["aws:principalorgid", "aws:sourceorgid"].map((key) => condition("stringlike", key, "o-1")),
    ...["aws:principalarn", "aws:sourcearn"].map((key) =>
      condition("arnlike", key, "arn:aws:iam::123456789012:role/*"),
    ),
    condition("foranyvalue:stringequalsignorecase", "aws:principalaccount", "1", "2"),
  ])("isOwnCallersOnly by $operator $key", (one) => {
    expect(isOwnCallersOnly(statement({ conditions: [condition("bool", "x", "true"), one] }))).toBe(true);
  });

  it.each([
    condition("stringequalsifexists", "aws:principalaccount", "1"),
    condition("forallvalues:stringequals", "aws:principalaccount", "1"),
    condition("stringequals", "aws:username", "me"),
    condition("stringequals", "aws:principalaccount"),
    condition("stringequals", "aws:principalaccount", ""),
    condition("stringlike", "aws:principalaccount", "1", "*"),
    condition("stringlike", "aws:principalaccount", "12345678901?"),
    condition("stringlike", "aws:principalaccount", UNKNOWN),
    condition("arnlike", "aws:sourcearn", "arn:aws:iam::*:role/me"),
    condition("arnlike", "aws:sourcearn", "arn:aws:s3:::bucket"),
    condition("arnlike", "aws:sourcearn", "arn:aws"),
  ])("is not of own callers by $operator $key $values", (one) => {
    expect(isOwnCallersOnly(statement({ conditions: [one] }))).toBe(false);
  });
});

describe("isOwnKey", () => {
  it.each([
    "alias/comfy",
    "arn:aws:kms:us-east-1:1:key/1",
    "1-2",
    "alias/myaws/x",
    "arn:aws:kms:us-east-1:1:alias/comfy",
  ])("%s", (key) => {
    expect(isOwnKey(key)).toBe(true);
  });

  it.each([
    "",
    " ",
    "alias/aws/ebs",
    " ALIAS/aws/s3",
    "arn:aws:kms:us-east-1:1:alias/aws/ebs",
    UNKNOWN,
    undefined,
    5,
  ])("not %s", (key) => {
    expect(isOwnKey(key as Value)).toBe(false);
  });
});
