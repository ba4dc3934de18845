import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-not-privileged";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { privileged: false })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { privileged: true }),
      messages: ["it: privileged is true; wanted false."],
    },
    {
      it: resource("docker:index/container:Container", { privileged: "true" }),
      messages: ['it: privileged is "true"; wanted false.'],
    },
    {
      it: resource("docker:index/container:Container", { privileged: 1 }),
      messages: ["it: privileged is 1; wanted false."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { privileged: UNKNOWN }), paths: ["it: privileged"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
