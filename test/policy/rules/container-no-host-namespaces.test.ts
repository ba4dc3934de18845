import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-host-namespaces";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { networkMode: "none", ipcMode: "private" })],
    [resource("docker:index/image:Image", { build: { network: "none" } })],
    [
      resource("docker:index/container:Container", {
        networkMode: "container:1",
        networksAdvanced: [{ name: "mine" }],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { networkMode: "host" }),
      messages: ['it: networkMode is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { pidMode: "host" }),
      messages: ['it: pidMode is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { ipcMode: "host" }),
      messages: ['it: ipcMode is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { utsMode: "host" }),
      messages: ['it: utsMode is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { usernsMode: "host" }),
      messages: ['it: usernsMode is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { cgroupnsMode: "host" }),
      messages: ['it: cgroupnsMode is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: " HOST " }),
      messages: ['it: networkMode is " HOST "; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { pidMode: "container:other" }),
      messages: ['it: pidMode is "container:other"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { ipcMode: "shareable" }),
      messages: ['it: ipcMode is "shareable"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { networksAdvanced: [{ name: "host" }] }),
      messages: ['it: networksAdvanced[0].name is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/image:Image", { build: { network: "host" } }),
      messages: ['it: build.network is "host"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "path:/proc/1/ns/net" }),
      messages: ['it: networkMode is "path:/proc/1/ns/net"; wanted a namespace of its own.'],
    },
    {
      it: resource("docker:index/remoteImage:RemoteImage", { build: { networkMode: "host" } }),
      messages: ['it: build.networkMode is "host"; wanted a namespace of its own.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { pidMode: UNKNOWN }), paths: ["it: pidMode"] },
    {
      it: resource("docker:index/container:Container", { networksAdvanced: [{ name: UNKNOWN }] }),
      paths: ["it: networksAdvanced[0].name"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
