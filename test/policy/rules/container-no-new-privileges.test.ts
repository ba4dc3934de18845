import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-new-privileges";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { securityOpts: ["no-new-privileges"] })],
    [resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:true"] })],
    [resource("docker:index/container:Container", { securityOpts: ["no-new-privileges=true"] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ['it: securityOpts is absent; wanted "no-new-privileges:true" among them.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:false"] }),
      messages: ['it: securityOpts[0] is "no-new-privileges:false"; wanted "no-new-privileges:true".'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges=0"] }),
      messages: ['it: securityOpts[0] is "no-new-privileges=0"; wanted "no-new-privileges:true".'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privilege:true"] }),
      messages: ['it: securityOpts is absent; wanted "no-new-privileges:true" among them.'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:yes"] }),
      messages: ['it: securityOpts[0] is "no-new-privileges:yes"; wanted "no-new-privileges:true".'],
    },
    {
      it: resource("docker:index/container:Container", {
        securityOpts: ["no-new-privileges:true", "no-new-privileges:false"],
      }),
      messages: ['it: securityOpts[1] is "no-new-privileges:false"; wanted "no-new-privileges:true".'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:untrue"] }),
      messages: ['it: securityOpts[0] is "no-new-privileges:untrue"; wanted "no-new-privileges:true".'],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:true!"] }),
      messages: ['it: securityOpts[0] is "no-new-privileges:true!"; wanted "no-new-privileges:true".'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { securityOpts: UNKNOWN }),
      paths: ["it: securityOpts"],
    },
    {
      it: resource("docker:index/container:Container", { securityOpts: [UNKNOWN] }),
      paths: ["it: securityOpts[0]"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
