import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-own-network";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { networkMode: "mine" })],
    [resource("docker:index/container:Container", { networkMode: "none" })],
    [resource("docker:index/container:Container", { networksAdvanced: [{ name: "mine" }] })],
    [resource("docker:index/network:Network", { driver: "bridge" })],
    [resource("docker:index/network:Network", { driver: "" })],
    [
      resource("docker:index/container:Container", {
        networkMode: "mine",
        networksAdvanced: [{ name: "mine" }],
      }),
    ],
    [
      resource("docker:index/network:Network", {
        options: {
          "com.docker.network.bridge.gateway_mode_ipv4": "nat",
          "com.docker.network.bridge.name": "comfy0",
        },
        labels: [
          { label: "mode", value: "routed" },
          { label: "like", value: "docker0" },
        ],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ['it: networkMode is absent; wanted a network of the stack, "none" or container:ID.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "bridge" }),
      messages: ['it: networkMode is "bridge"; wanted a network of the stack, "none" or container:ID.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "default" }),
      messages: ['it: networkMode is "default"; wanted a network of the stack, "none" or container:ID.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "" }),
      messages: ['it: networkMode is ""; wanted a network of the stack, "none" or container:ID.'],
    },
    {
      it: resource("docker:index/container:Container", { networksAdvanced: [{ name: "bridge" }] }),
      messages: ['it: networksAdvanced[0].name is "bridge"; wanted a network of the stack.'],
    },
    {
      it: resource("docker:index/network:Network", { driver: "macvlan" }),
      messages: ['it: driver is "macvlan"; wanted a bridge of its own, not the host\'s network.'],
    },
    {
      it: resource("docker:index/network:Network", { driver: "ipvlan" }),
      messages: ['it: driver is "ipvlan"; wanted a bridge of its own, not the host\'s network.'],
    },
    {
      it: resource("docker:index/network:Network", { driver: "host" }),
      messages: ['it: driver is "host"; wanted a bridge of its own, not the host\'s network.'],
    },
    {
      it: resource("docker:index/container:Container", {
        networkMode: "bridge",
        networksAdvanced: [{ name: "mine" }],
      }),
      messages: ['it: networkMode is "bridge"; wanted a network of the stack, "none" or container:ID.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "nat" }),
      messages: ['it: networkMode is "nat"; wanted a network of the stack, "none" or container:ID.'],
    },
    {
      it: resource("docker:index/network:Network", { driver: "transparent" }),
      messages: ['it: driver is "transparent"; wanted a bridge of its own, not the host\'s network.'],
    },
    {
      it: resource("docker:index/network:Network", { driver: "l2bridge" }),
      messages: ['it: driver is "l2bridge"; wanted a bridge of its own, not the host\'s network.'],
    },
    {
      it: resource("docker:index/network:Network", {
        options: { "com.docker.network.bridge.gateway_mode_ipv6": "routed" },
      }),
      messages: [
        'it: options.com.docker.network.bridge.gateway_mode_ipv6 is "routed"; wanted a bridge that lets in published ports alone.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { networkMode: UNKNOWN }),
      paths: ["it: networkMode"],
    },
    {
      it: resource("docker:index/container:Container", { networksAdvanced: UNKNOWN }),
      paths: ["it: networksAdvanced"],
    },
    {
      it: resource("docker:index/container:Container", { networksAdvanced: [UNKNOWN] }),
      paths: ["it: networksAdvanced[0]"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
