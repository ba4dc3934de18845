import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-read-only-root";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { readOnly: true })],
    [resource("docker:index/container:Container", { readOnly: "true" })],
    [resource("docker:index/container:Container", { readOnly: true, tmpfs: { "/tmp": "rw,nosuid,nodev" } })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ["it: readOnly is absent; wanted true."],
    },
    {
      it: resource("docker:index/container:Container", { readOnly: false }),
      messages: ["it: readOnly is false; wanted true."],
    },
    {
      it: resource("docker:index/container:Container", { readOnly: "false" }),
      messages: ['it: readOnly is "false"; wanted true.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { readOnly: UNKNOWN }), paths: ["it: readOnly"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
