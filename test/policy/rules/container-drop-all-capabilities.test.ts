import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-drop-all-capabilities";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { capabilities: { drops: ["ALL"] } })],
    [resource("docker:index/container:Container", { capabilities: { drops: ["all"] } })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ['it: capabilities.drops is absent; wanted ["ALL"].'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { drops: [] } }),
      messages: ['it: capabilities.drops is []; wanted ["ALL"].'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { drops: ["CAP_ALL"] } }),
      messages: ['it: capabilities.drops is ["CAP_ALL"]; wanted ["ALL"].'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { drops: ["NET_RAW"] } }),
      messages: ['it: capabilities.drops is ["NET_RAW"]; wanted ["ALL"].'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { capabilities: UNKNOWN }),
      paths: ["it: capabilities.drops"],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { drops: [UNKNOWN] } }),
      paths: ["it: capabilities.drops[0]"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
