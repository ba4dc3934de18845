import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "comfyui-port-never-published";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { ports: [{ internal: 8443, external: 443 }] })],
    [resource("docker:index/container:Container", {})],
    [
      resource("docker:index/container:Container", {
        ports: ["443:8443", "[2001:8188::1]:443:8443/tcp", null],
      }),
    ],
    [resource("docker:index/container:Container", { ports: [null, { internal: 8187, external: 8189 }] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { ports: [{ internal: 8188 }] }),
      messages: ["it: ports[0].internal is 8188; wanted no way to 8188."],
    },
    {
      it: resource("docker:index/container:Container", { ports: [{ internal: 8443, external: 8188 }] }),
      messages: ["it: ports[0].external is 8188; wanted no way to 8188."],
    },
    {
      it: resource("docker:index/container:Container", { ports: [{ internal: "8188", ip: "127.0.0.1" }] }),
      messages: ['it: ports[0].internal is "8188"; wanted no way to 8188.'],
    },
    {
      it: resource("docker:index/container:Container", {
        ports: ["8188", "0.0.0.0:8188:8188", "[::]:8188:80/tcp", "8000-9000"],
      }),
      messages: [
        'it: ports[0] is "8188"; wanted no way to 8188.',
        'it: ports[1] is "0.0.0.0:8188:8188"; wanted no way to 8188.',
        'it: ports[2] is "[::]:8188:80/tcp"; wanted no way to 8188.',
        'it: ports[3] is "8000-9000"; wanted no way to 8188.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        ports: [{ internal: "8180-8190", protocol: "udp" }],
      }),
      messages: ['it: ports[0].internal is "8180-8190"; wanted no way to 8188.'],
    },
    {
      it: resource("docker:index/container:Container", { publishAllPorts: true }),
      messages: ["it: publishAllPorts is true; wanted false."],
    },
    {
      it: resource("docker:index/service:Service", { endpointSpec: { ports: [{ targetPort: 8188 }] } }),
      messages: ["it: endpointSpec.ports[0].targetPort is 8188; wanted no way to 8188."],
    },
    {
      it: resource("docker:index/service:Service", {
        endpointSpec: { ports: [{ targetPort: 80, publishedPort: 8188 }] },
      }),
      messages: ["it: endpointSpec.ports[0].publishedPort is 8188; wanted no way to 8188."],
    },
    {
      it: resource("docker:index/container:Container", { ports: ["[fe80::1]:8000 - 8188:80"] }),
      messages: ['it: ports[0] is "[fe80::1]:8000 - 8188:80"; wanted no way to 8188.'],
    },
    {
      it: resource("docker:index/container:Container", { ports: ["8188-9000"] }),
      messages: ['it: ports[0] is "8188-9000"; wanted no way to 8188.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { ports: UNKNOWN }), paths: ["it: ports"] },
    {
      it: resource("docker:index/container:Container", { ports: [{ internal: UNKNOWN }] }),
      paths: ["it: ports[0].internal"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
