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
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { networkMode: UNKNOWN }),
      paths: ["it: networkMode"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
