import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-added-capability";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { capabilities: { adds: [] } })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { capabilities: { adds: ["CAP_SYS_ADMIN"] } }),
      messages: ['it: capabilities.adds[SYS_ADMIN] is "CAP_SYS_ADMIN"; wanted no added capability.'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { adds: ["all"] } }),
      messages: ['it: capabilities.adds[ALL] is "all"; wanted no added capability.'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { adds: ["net_raw"] } }),
      messages: ['it: capabilities.adds[NET_RAW] is "net_raw"; wanted no added capability.'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { adds: [" cap_sys_admin "] } }),
      messages: ['it: capabilities.adds[SYS_ADMIN] is " cap_sys_admin "; wanted no added capability.'],
    },
    {
      it: resource("docker:index/container:Container", { capabilities: { adds: ["NO_CAP_CHOWN"] } }),
      messages: ['it: capabilities.adds[NO_CAP_CHOWN] is "NO_CAP_CHOWN"; wanted no added capability.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { capabilities: { adds: UNKNOWN } }),
      paths: ["it: capabilities.adds"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
