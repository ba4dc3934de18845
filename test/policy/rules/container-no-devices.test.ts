import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-devices";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { devices: [], runtime: "runc" })],
    [resource("docker:index/container:Container", { devices: null, gpus: "", runtime: "runsc" })],
    [resource("docker:index/container:Container", { runtime: "io.containerd.runc.v2" })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { devices: [{ hostPath: "/dev/kvm" }] }),
      messages: ['it: devices is [{"hostPath":"/dev/kvm"}]; wanted none.'],
    },
    {
      it: resource("docker:index/container:Container", { deviceCgroupRules: ["a *:* rwm"] }),
      messages: ['it: deviceCgroupRules is ["a *:* rwm"]; wanted none.'],
    },
    {
      it: resource("docker:index/container:Container", { deviceRequests: [{ count: -1 }] }),
      messages: ['it: deviceRequests is [{"count":-1}]; wanted none.'],
    },
    {
      it: resource("docker:index/container:Container", { gpus: "all" }),
      messages: ['it: gpus is "all"; wanted none.'],
    },
    {
      it: resource("docker:index/container:Container", { runtime: "nvidia" }),
      messages: ['it: runtime is "nvidia"; wanted the engine\'s own runtime.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("docker:index/container:Container", { gpus: UNKNOWN }), paths: ["it: gpus"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
