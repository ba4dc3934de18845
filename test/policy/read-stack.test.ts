import { describe, expect, it } from "vitest";
import { NotAStack, readStack } from "../../policies/cli/read-stack";
import { UNKNOWN } from "../../policies/core/value";

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

  it.each(["create", "update", "same", "replace", "create-replacement", "import", "read", "refresh"])(
    "reads a preview's step that leaves the resource there: %s",
    (op) => {
      expect(names({ steps: [{ op, urn: urn("a"), newState: { inputs: {} } }] })).toEqual(["a"]);
    },
  );

  it.each(["delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"])(
    "leaves out a preview's step that ends the resource: %s",
    (op) => {
      expect(names({ steps: [{ op, urn: urn("a") }] })).toEqual([]);
    },
  );

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
  ])("refuses %s", (_, json, message) => {
    expect(() => readStack(json)).toThrow(NotAStack);
    expect(() => readStack(json)).toThrow(message);
  });
});
