import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-memory-limit";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { memory: 64, memorySwap: 64 })],
    [resource("docker:index/container:Container", { memory: "64" })],
    [resource("docker:index/container:Container", { memory: 64, memorySwap: 0 })],
    [resource("docker:index/container:Container", { memory: 64, memorySwap: null })],
    [resource("docker:index/container:Container", { memory: 64, memorySwap: 128 })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ["it: memory is absent; wanted a number of MiB above 0."],
    },
    {
      it: resource("docker:index/container:Container", { memory: 0 }),
      messages: ["it: memory is 0; wanted a number of MiB above 0."],
    },
    {
      it: resource("docker:index/container:Container", { memory: 64, memorySwap: -1 }),
      messages: ["it: memorySwap is -1; wanted the same as memory, for no swap on top."],
    },
    {
      it: resource("docker:index/container:Container", { memory: "all" }),
      messages: ['it: memory is "all"; wanted a number of MiB above 0.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("docker:index/container:Container", { memory: UNKNOWN }), paths: ["it: memory"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
