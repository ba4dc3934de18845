import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-seccomp-confined";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { securityOpts: ["seccomp=builtin"] })],
    [
      resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=unconfined"] }),
      messages: ['it: securityOpts[0] is "seccomp=unconfined"; wanted a profile that denies by default.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=/etc/profile.json"] }),
      messages: [
        'it: securityOpts[0] is "seccomp=/etc/profile.json"; wanted a profile that denies by default, as JSON.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: [
          'seccomp={"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read","mount","bpf"],"action":"SCMP_ACT_ALLOW"}]}',
        ],
      }),
      messages: [
        'it: securityOpts[0] is "seccomp that allows mount, bpf"; wanted a profile that denies by default.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp:unconfined"] }),
      messages: ['it: securityOpts[0] is "seccomp=unconfined"; wanted a profile that denies by default.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=UNCONFINED"] }),
      messages: ['it: securityOpts[0] is "seccomp=UNCONFINED"; wanted a profile that denies by default.'],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
      }),
      messages: [
        'it: securityOpts[0] is "seccomp with defaultAction SCMP_ACT_ALLOW"; wanted a profile that denies by default.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_LOG"}'],
      }),
      messages: [
        'it: securityOpts[0] is "seccomp with defaultAction SCMP_ACT_LOG"; wanted a profile that denies by default.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp={oops"] }),
      messages: [
        'it: securityOpts[0] is "seccomp with defaultAction that cannot be read"; wanted a profile that denies by default.',
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
    {
      it: resource("docker:index/container:Container", { securityOpts: [UNKNOWN] }),
      paths: ["it: securityOpts[0]"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
