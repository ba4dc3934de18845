import { describe, expect, it } from "vitest";
import { NotAStack, readStack } from "../../policies/cli/read-stack";
import { valueAt } from "../../policies/core/resource";
import { UNKNOWN } from "../../policies/core/value";
import { look } from "../support/policy";

const urn = (name: string, type = "docker:index/network:Network") =>
  `urn:pulumi:local::comfy::comfy:index:Pod$${type}::${name}`;
const names = (json: unknown) => readStack(JSON.stringify(json)).resources.map(({ name }) => name);

describe("readStack", () => {
  it("reads an export: the inputs, the type and name of the URN, the parent, where secrets lie", () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: '"x"',
    };
    const entry = {
      urn: urn("a::b"),
      parent: "urn:p",
      inputs: { key: secret, later: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
      outputs: { key: "other" },
      additionalSecretOutputs: ["hex"],
    };
    const { resources, complete } = readStack(JSON.stringify({ deployment: { resources: [entry] } }));
    expect(complete).toBe(true);
    expect(resources).toEqual([
      {
        urn: urn("a::b"),
        type: "docker:index/network:Network",
        name: "a::b",
        parent: "urn:p",
        props: { key: "x", later: UNKNOWN },
        secretPaths: ["hex", "key"],
      },
    ]);
  });

  it("reads an empty stack's export", () => {
    expect(names({ deployment: {} })).toEqual([]);
  });

  it("leaves out the old state of a resource that is being replaced", () => {
    expect(
      names({ deployment: { resources: [{ urn: urn("new") }, { urn: urn("old"), delete: true }] } }),
    ).toEqual(["new"]);
  });

  it("knows of an export's resource the id that it got and its ARN, whatever its inputs say of them", () => {
    const outputs = { id: "sg-1", arn: "arn:aws:ec2:::security-group/sg-1", ownerId: "1" };
    const resources = [
      { urn: urn("made"), id: "sg-1", inputs: { id: "sg-2", arn: "none" }, outputs },
      { urn: urn("component"), id: "", inputs: { a: 1 }, outputs: {} },
    ];
    expect(
      readStack(JSON.stringify({ deployment: { resources } })).resources.map(({ props }) => props),
    ).toEqual([{ id: "sg-1", arn: outputs.arn }, { a: 1 }]);
  });

  it("lets rules join an export's resources by their ids", () => {
    const group = "aws:ec2/securityGroup:SecurityGroup";
    const rule = "aws:ec2/securityGroupRule:SecurityGroupRule";
    const ingress = [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/24"] }];
    const entries = (securityGroupId: string) => [
      { urn: urn("inline", group), id: "sg-1", inputs: { ingress } },
      { urn: urn("single", group), id: "sg-2", inputs: {} },
      { urn: urn("rule", rule), id: "sgr-1", inputs: { type: "ingress", securityGroupId } },
    ];
    const said = (securityGroupId: string) => {
      const resources = entries(securityGroupId);
      return look("sg-no-mixed-rules", ...readStack(JSON.stringify({ deployment: { resources } })).resources);
    };
    expect(said("sg-1").violations).toHaveLength(1);
    expect(said("sg-2")).toEqual({ violations: [], unknown: [] });
  });

  it("judges what the program only reads by what was read, as Pulumi's engine does at the end", () => {
    const entry = { urn: urn("a"), id: "i", external: true, outputs: { id: "i", open: true } };
    expect(readStack(JSON.stringify({ deployment: { resources: [entry] } })).resources[0]?.props).toEqual({
      id: "i",
      open: true,
    });
  });

  it.each([
    "create",
    "update",
    "same",
    "replace",
    "create-replacement",
    "import",
    "refresh",
    "import-replacement",
  ])("reads a preview's step that leaves the resource there: %s", (op) => {
    const steps = [{ op, urn: urn("a"), oldState: { inputs: { k: 1 } }, newState: { inputs: { k: 2 } } }];
    const { resources } = readStack(JSON.stringify({ steps }));
    expect(resources.map(({ name, props }) => [name, props])).toEqual([["a", { k: 2 }]]);
  });

  it.each(["delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"])(
    "leaves out a preview's step that ends the resource: %s",
    (op) => {
      expect(names({ steps: [{ op, urn: urn("a"), oldState: { inputs: {} } }] })).toEqual([]);
    },
  );

  it("reads a preview that only warns", () => {
    const diagnostics = [
      { severity: "warning", message: "old" },
      { severity: "info#err", message: "built" },
    ];
    expect(names({ steps: [{ op: "create", urn: urn("a"), newState: {} }], diagnostics })).toEqual(["a"]);
  });

  it("leaves out a preview's step that is about no resource", () => {
    expect(names({ steps: [{ op: "extend-parameterize", urn: "" }] })).toEqual([]);
  });

  // The steps in the order of `pulumi preview --json --show-replacement-steps --refresh` of Pulumi 3.248.
  it("has each resource of a preview once, as it will be", () => {
    const [old, next] = [{ inputs: { k: 1 } }, { inputs: { k: 2 } }];
    const steps = [
      { op: "refresh", urn: urn("replaced"), oldState: old, newState: old },
      { op: "refresh", urn: urn("dropped"), oldState: old, newState: old },
      { op: "refresh", urn: urn("kept"), oldState: old, newState: next },
      { op: "delete", urn: urn("vanished"), oldState: old },
      { op: "create-replacement", urn: urn("replaced"), oldState: old, newState: next },
      { op: "replace", urn: urn("replaced"), oldState: old, newState: next },
      { op: "delete-replaced", urn: urn("first"), oldState: old },
      { op: "replace", urn: urn("first"), oldState: old, newState: next },
      { op: "create-replacement", urn: urn("first"), oldState: old, newState: next },
      { op: "create", urn: urn("vanished"), newState: next },
      { op: "delete", urn: urn("dropped"), oldState: old },
      { op: "delete-replaced", urn: urn("replaced"), oldState: old },
    ];
    const { resources } = readStack(JSON.stringify({ steps }));
    expect(resources.map(({ name, props }) => [name, props]).sort()).toEqual(
      ["first", "kept", "replaced", "vanished"].map((name) => [name, { k: 2 }]),
    );
  });

  it("takes for what a preview reads what was read before; else nothing of it is known but its id", () => {
    const newState = { id: "sg-1", external: true };
    const steps = [
      { op: "read", urn: urn("again"), oldState: { outputs: { id: "sg-1", open: true } }, newState },
      { op: "read", urn: urn("refreshed"), newState: { ...newState, outputs: { open: false } } },
      { op: "read-replacement", urn: urn("first"), newState },
      {
        op: "read",
        urn: urn("later"),
        newState: { ...newState, id: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
      },
    ];
    const [again, refreshed, first, later] = readStack(JSON.stringify({ steps })).resources;
    expect([again?.props, refreshed?.props]).toEqual([
      { id: "sg-1", open: true },
      { id: "sg-1", open: false },
    ]);
    for (const [one, id] of [[first, "sg-1"] as const, [later, UNKNOWN] as const]) {
      expect(one && [valueAt(one, "id"), valueAt(one, "open"), valueAt(one, "ingress[0].ports")]).toEqual([
        id,
        UNKNOWN,
        UNKNOWN,
      ]);
    }
  });

  it("takes for unknown what a preview hides as secret", () => {
    const newState = { inputs: { privileged: "[secret]", envs: ["A=b", "[secret]"], name: "a[secret]" } };
    const [one] = readStack(JSON.stringify({ steps: [{ op: "create", urn: urn("a"), newState }] })).resources;
    expect(one?.props).toEqual({ privileged: UNKNOWN, envs: ["A=b", UNKNOWN], name: "a[secret]" });
    expect(one?.secretPaths).toEqual(["privileged", "envs[1]"]);
  });

  it("takes such words of an export for what they are", () => {
    const resources = [{ urn: urn("a"), inputs: { name: "[secret]" } }];
    expect(readStack(JSON.stringify({ deployment: { resources } })).resources[0]?.props.name).toBe(
      "[secret]",
    );
  });

  it("reads a recorded plan, with or without URNs", () => {
    expect(readStack('{"resources":[{"type":"t","name":"n","inputs":{"a":1}}]}').resources).toEqual([
      { urn: "t::n", type: "t", name: "n", props: { a: 1 }, secretPaths: [] },
    ]);
  });

  it.each([
    ["no JSON", "{", /^it is not JSON \(.+\)$/],
    [
      "another file",
      '{"name":"x"}',
      "it holds neither what `pulumi stack export` writes (deployment.resources), nor what `pulumi preview --json` writes (steps), nor a recorded plan (resources)",
    ],
    [
      "a resource that is nobody",
      '{"resources":[{"type":"t","name":"n"},{"urn":"x"}]}',
      "its resource 1 has no urn such as urn:pulumi:stack::project::type::name",
    ],
    [
      "a preview that failed",
      '{"steps":[],"diagnostics":[{"severity":"warning","message":"old"},{"severity":"error","message":"no key\\n"}]}',
      "its preview failed, and may lack resources (no key)",
    ],
    [
      "a step that does not say what there will be",
      '{"steps":[{"op":"create","urn":"x"}]}',
      "its step 0, create of x, has no newState",
    ],
  ])("refuses %s", (_, json, message) => {
    expect(() => readStack(json)).toThrow(NotAStack);
    expect(() => readStack(json)).toThrow(message);
  });
});
