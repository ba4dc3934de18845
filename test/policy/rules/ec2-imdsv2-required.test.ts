import { describe, expect, it } from "vitest";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "ec2-imdsv2-required";
const TYPES = [
  "aws:ec2/instance:Instance",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  "aws:ec2/launchConfiguration:LaunchConfiguration",
];

describe.each(TYPES)(`${ID}: %s`, (type) => {
  const violations = (props: Record<string, Value>) => look(ID, resource(type, props)).violations;

  it("passes with tokens required", () => {
    expect(violations({ metadataOptions: { httpTokens: "required" } })).toEqual([]);
  });

  it.each([
    ["no options", {}, "is absent"],
    ["options without it", { metadataOptions: { httpPutResponseHopLimit: 1 } }, "is absent"],
    ["tokens optional", { metadataOptions: { httpTokens: "optional" } }, 'is "optional"'],
    ["another spelling", { metadataOptions: { httpTokens: "Required" } }, 'is "Required"'],
    ["a truth for a word", { metadataOptions: { httpTokens: true } }, "is true"],
  ])("refuses %s", (_, props, found) => {
    expect(violations(props)).toEqual([`it: metadataOptions.httpTokens ${found}; wanted "required".`]);
  });

  it.each<[Record<string, Value>]>([
    [{ metadataOptions: UNKNOWN }],
    [{ metadataOptions: { httpTokens: UNKNOWN } }],
  ])("looks again when it is known", (props) => {
    expect(look(ID, resource(type, props))).toEqual({
      violations: [],
      unknown: ["it: metadataOptions.httpTokens"],
    });
  });
});

it("is not about other types", () => {
  expect(look(ID, resource("aws:ec2/vpc:Vpc", {})).violations).toEqual([]);
});

it.each([
  ["aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", {}, "httpTokens is absent"],
  [
    "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration",
    { instanceMetadataOptions: { httpTokens: "optional" } },
    'instanceMetadataOptions.httpTokens is "optional"',
  ],
  [
    "aws:ec2/spotFleetRequest:SpotFleetRequest",
    { launchSpecifications: [{}] },
    "launchSpecifications[0].metadataOptions.httpTokens is absent",
  ],
])("refuses %s", (type, props, found) => {
  expect(look(ID, resource(type, props)).violations).toEqual([`it: ${found}; wanted "required".`]);
});

it.each([
  ["aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", { httpTokens: "required" }],
  [
    "aws:imagebuilder/infrastructureConfiguration:InfrastructureConfiguration",
    { instanceMetadataOptions: { httpTokens: "required" } },
  ],
])("passes %s", (type, props) => {
  expect(look(ID, resource(type, props)).violations).toEqual([]);
});
