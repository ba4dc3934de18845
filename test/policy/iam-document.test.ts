import { describe, expect, it } from "vitest";
import type { Report } from "../../policies/core/rule";
import { UNKNOWN, type Value } from "../../policies/core/value";
import {
  documents,
  IDENTITY_POLICIES,
  KEY_POLICIES,
  RESOURCE_POLICIES,
  refuseEveryone,
  statements,
  TRUST_POLICIES,
} from "../../policies/facts/iam-document";
import { resource } from "../support/policy";
import { kindSource } from "../support/provider-kinds";

const POLICY = "aws:iam/policy:Policy";
const ROLE = "aws:iam/role:Role";

/** What a reading gives, and what it says: `path is found` or the path that is not known. */
function read<T>(reading: (report: Report) => T) {
  const said: string[] = [];
  const result = reading({
    violation: ({ path, found, wanted }) => said.push(`${path} is ${String(found)}; wanted ${wanted}`),
    unknown: (_, path) => said.push(path),
  });
  return { result, said };
}
const of = (policy: Value) =>
  read((report) => statements(resource(POLICY, { policy }), IDENTITY_POLICIES, report));

describe("statements", () => {
  it("reads every way in which IAM lets one be written", () => {
    const document = {
      statement: [
        {
          EFFECT: " deny ",
          action: "s3:*",
          Resource: ["a", "b"],
          Principal: { AWS: ["arn:aws:iam::1:root", "*"], Service: "ec2.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": ["1", "2"], x: "y" }, Bool: "odd" },
        },
        { Effect: "Allow", NotAction: ["a"], NotResource: "b", NotPrincipal: { AWS: "c" }, Principal: "*" },
      ],
    };
    const { result, said } = of(JSON.stringify(document));
    expect(said).toEqual([]);
    const none = {
      actions: [],
      notActions: [],
      resources: [],
      notResources: [],
      principals: [],
      conditions: [],
    };
    const common = { resource: expect.anything(), ...none, hasNotPrincipal: false };
    expect(result).toEqual([
      {
        ...common,
        path: "policy.Statement[0]",
        allows: false,
        actions: ["s3:*"],
        resources: ["a", "b"],
        principals: [
          { kind: "aws", value: "arn:aws:iam::1:root" },
          { kind: "*", value: "*" },
          { kind: "service", value: "ec2.amazonaws.com" },
        ],
        conditions: [
          { operator: "stringequals", key: "aws:sourceaccount", values: ["1", "2"] },
          { operator: "stringequals", key: "x", values: ["y"] },
        ],
      },
      {
        ...common,
        path: "policy.Statement[1]",
        allows: true,
        notActions: ["a"],
        notResources: ["b"],
        hasNotPrincipal: true,
        principals: [{ kind: "*", value: "*" }],
      },
    ]);
  });

  it.each<[string, Value, boolean[]]>([
    ["an object", { Statement: { Effect: "Allow" } }, [true]],
    ["text", '{"Statement":[{"Effect":"Deny"},{}]}', [false, true]],
    ["an effect that is none", { Statement: [{ Effect: 5 }, { Effect: "denied" }] }, [true, true]],
    ["no list of objects", { Statement: ["x", null, [{}]] }, []],
    ["no statement", {}, []],
    ["no JSON", "{", []],
    ["JSON that is no document", "[]", []],
    ["nothing", "", []],
    ["null", null, []],
  ])("reads %s", (_, policy, allows) => {
    const { result, said } = of(policy);
    expect([result.map((one) => one.allows), said]).toEqual([allows, []]);
  });

  it("says what is not known, and reads the rest", () => {
    expect(of(UNKNOWN)).toEqual({ result: [], said: ["policy"] });
    const { result, said } = of({ Statement: [UNKNOWN, { Action: UNKNOWN }] });
    expect([result.map(({ path, actions }) => [path, actions]), said]).toEqual([
      [["policy.Statement[1]", [UNKNOWN]]],
      ["policy.Statement[0]"],
    ]);
    expect(of({ Statement: UNKNOWN }).said).toEqual(["policy.Statement[0]"]);
  });
});

describe("documents", () => {
  const found = (props: Record<string, Value>, type = ROLE) =>
    read((report) => documents(resource(type, props), IDENTITY_POLICIES, report));

  it("finds each in a list, and says which text is none", () => {
    const inlinePolicies: Value = [
      { policy: "{}" },
      { policy: "odd" },
      { policy: UNKNOWN },
      { name: "x" },
      UNKNOWN,
    ];
    expect(found({ inlinePolicies })).toEqual({
      result: [
        { path: "inlinePolicies[0].policy", document: {} },
        { path: "inlinePolicies[1].policy", document: undefined },
      ],
      said: ["inlinePolicies[4]", "inlinePolicies[2].policy"],
    });
  });

  it("finds none in a resource that has none", () => {
    expect(found({ policy: "{}" }, "aws:ec2/vpc:Vpc")).toEqual({ result: [], said: [] });
  });
});

describe("refuseEveryone", () => {
  const said = (statement: Value, bound = false) =>
    read((report) =>
      refuseEveryone(
        resource(ROLE, { assumeRolePolicy: { Statement: [statement] } }),
        TRUST_POLICIES,
        report,
        () => bound,
      ),
    ).said;
  const EVERYONE = (found: string) => [
    `assumeRolePolicy.Statement[0].Principal is ${found}; wanted named principals`,
  ];

  it.each([
    ...["*", " * ", "**", "?*", "arn:aws:iam::*:root", "arn:aws:iam::12345678901?:root"].flatMap((who) => [
      [who, who] as const,
      [who, { AWS: ["arn:aws:iam::1:root", who] }] as const,
    ]),
    ["*", { Service: "*" }] as const,
  ])("refuses %s as %j", (who, Principal) => {
    expect(said({ Effect: "Allow", Principal })).toEqual(EVERYONE(who));
    expect(said({ Effect: "Deny", Principal })).toEqual([]);
    expect(said({ Effect: "Allow", Principal }, true)).toEqual([]);
  });

  it.each<Value>([
    ...["arn:aws:iam::1:root", "1", "arn:aws:iam::1:role/*", "", "arn:*"].flatMap((who) => [
      who,
      { AWS: who },
    ]),
    { Service: "ec2.amazonaws.com" },
    undefined,
  ])("names somebody: %j", (Principal) => {
    expect(said({ Effect: "Allow", Principal })).toEqual([]);
  });

  it("says that it cannot tell yet, unless somebody known is everyone", () => {
    const path = "assumeRolePolicy.Statement[0].Principal";
    expect(said({ Effect: "Allow", Principal: { AWS: ["1", UNKNOWN] } })).toEqual([path]);
    expect(said({ Effect: "Allow", Principal: UNKNOWN })).toEqual([path]);
    expect(said({ Effect: "Allow", Principal: { AWS: [UNKNOWN, "*"] } })).toEqual(EVERYONE("*"));
    expect(said({ Effect: "Deny", Principal: UNKNOWN })).toEqual([]);
  });
});

describe("the kinds that hold documents", () => {
  it.each(
    [IDENTITY_POLICIES, RESOURCE_POLICIES, KEY_POLICIES, TRUST_POLICIES].flatMap((table) =>
      Object.entries(table),
    ),
  )("%s takes its own at %s", (token, path) => {
    expect(kindSource(token)).toContain(`resourceInputs["${path.split(/[.[]/)[0]}"]`);
  });
});
