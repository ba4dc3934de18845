import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-apparmor-confined";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { securityOpts: ["apparmor=docker-default"] })],
    [resource("docker:index/container:Container", { securityOpts: ["label=level:s0:c1,c2"] })],
    [resource("docker:index/container:Container", { securityOpts: ["label=filetype:spc_t"] })],
    [resource("docker:index/container:Container", { securityOpts: ["label=type:spc_tmp"] })],
    [resource("docker:index/container:Container", { securityOpts: ["seccomp=disable"] })],
    [resource("docker:index/container:Container", { securityOpts: ["writable-cgroups=false"] })],
    [resource("docker:index/container:Container", { securityOpts: ["writable-cgroups=0"] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { securityOpts: ["apparmor=unconfined"] }),
      messages: ['it: securityOpts[0] is "apparmor=unconfined"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["apparmor:unconfined"] }),
      messages: ['it: securityOpts[0] is "apparmor:unconfined"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["systempaths=unconfined"] }),
      messages: [
        'it: securityOpts[0] is "systempaths=unconfined"; wanted the engine\'s default confinement.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["label=disable"] }),
      messages: ['it: securityOpts[0] is "label=disable"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["label:disable"] }),
      messages: ['it: securityOpts[0] is "label:disable"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["label=type:spc_t"] }),
      messages: ['it: securityOpts[0] is "label=type:spc_t"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["apparmor="] }),
      messages: ['it: securityOpts[0] is "apparmor="; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["disable"] }),
      messages: ['it: securityOpts[0] is "disable"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["writable-cgroups=t0"] }),
      messages: ['it: securityOpts[0] is "writable-cgroups=t0"; wanted the engine\'s default confinement.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["writable-cgroups=falsely"] }),
      messages: [
        'it: securityOpts[0] is "writable-cgroups=falsely"; wanted the engine\'s default confinement.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { securityOpts: [UNKNOWN] }),
      paths: ["it: securityOpts[0]"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
