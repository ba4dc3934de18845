import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-cpu-limit";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { cpus: "0.5" })],
    [resource("docker:index/container:Container", { cpuQuota: 1000 })],
    [resource("docker:index/container:Container", { cpus: "", cpuQuota: 1000 })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ["it: cpus is absent; wanted a number of processors above 0."],
    },
    {
      it: resource("docker:index/container:Container", { cpus: "0" }),
      messages: ['it: cpus is "0"; wanted a number of processors above 0.'],
    },
    {
      it: resource("docker:index/container:Container", { cpus: "" }),
      messages: ['it: cpus is ""; wanted a number of processors above 0.'],
    },
    {
      it: resource("docker:index/container:Container", { cpuQuota: 0 }),
      messages: ["it: cpus is absent; wanted a number of processors above 0."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { cpus: UNKNOWN }), paths: ["it: cpus"] },
    { it: resource("docker:index/container:Container", { cpuQuota: UNKNOWN }), paths: ["it: cpuQuota"] },
    {
      it: resource("docker:index/container:Container", { cpus: UNKNOWN, cpuQuota: 1000 }),
      paths: ["it: cpus"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
