import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "stack-one-public-way";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        ports: [
          { internal: 8443, external: 443, ip: "0.0.0.0" },
          { internal: 8444, external: 443, ip: "::" },
        ],
      }),
    ],
    [resource("docker:index/container:Container", {})],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { external: 80 }] }),
      messages: ["it: ports[1].external is 80; wanted one way in, 443 of it."],
    },
    {
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { internal: 22 }] }),
      messages: ['it: ports[1].external is "it ports[1]"; wanted one way in, 443 of it.'],
    },
    {
      it: resource("docker:index/container:Container", { ports: [{ external: "443" }, { external: 9145 }] }),
      messages: ["it: ports[1].external is 9145; wanted one way in, 443 of it."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { ports: UNKNOWN }), paths: ["it: ports"] },
    {
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { external: UNKNOWN }] }),
      paths: ["it: ports[1].external"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
