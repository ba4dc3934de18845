import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-sysctls";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { sysctls: {} })],
    [
      resource("docker:index/container:Container", {
        networksAdvanced: [{ name: "mine", driverOpts: ["com.docker.network.endpoint.ifname=front0"] }],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { sysctls: { "net.ipv4.ip_forward": "1" } }),
      messages: ['it: sysctls is {"net.ipv4.ip_forward":"1"}; wanted none.'],
    },
    {
      it: resource("docker:index/container:Container", { sysctls: { "kernel.msgmax": "1" } }),
      messages: ['it: sysctls is {"kernel.msgmax":"1"}; wanted none.'],
    },
    {
      it: resource("docker:index/container:Container", {
        sysctls: { "net.ipv4.conf.all.route_localnet": "1" },
      }),
      messages: ['it: sysctls is {"net.ipv4.conf.all.route_localnet":"1"}; wanted none.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { sysctls: UNKNOWN }), paths: ["it: sysctls"] },
    {
      it: resource("docker:index/container:Container", { networksAdvanced: [{ driverOpts: UNKNOWN }] }),
      paths: ["it: networksAdvanced[0].driverOpts"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
