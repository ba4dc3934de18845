import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-non-root";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { user: "10001:10001" })],
    [resource("docker:index/container:Container", { user: "1000" })],
    [resource("docker:index/container:Container", { user: "2147483647", groupAdds: ["1000"] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { user: "0" }),
      messages: ['it: user is "0"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "root" }),
      messages: ['it: user is "root"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "0:0" }),
      messages: ['it: user is "0:0"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: ":0" }),
      messages: ['it: user is ":0"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "+0" }),
      messages: ['it: user is "+0"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "00" }),
      messages: ['it: user is "00"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "1000:0" }),
      messages: ['it: user is "1000:0"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "nginx" }),
      messages: ['it: user is "nginx"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "" }),
      messages: ['it: user is ""; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: undefined }),
      messages: ["it: user is absent; wanted a numeric user, and group if one is named, other than 0."],
    },
    {
      it: resource("docker:index/container:Container", { user: "2147483648" }),
      messages: ['it: user is "2147483648"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "1:2:3" }),
      messages: ['it: user is "1:2:3"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "1:1", groupAdds: ["0"] }),
      messages: ['it: groupAdds[0] is "0"; wanted a numeric group other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "u1" }),
      messages: ['it: user is "u1"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "1u" }),
      messages: ['it: user is "1u"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: " 1" }),
      messages: ['it: user is " 1"; wanted a numeric user, and group if one is named, other than 0.'],
    },
    {
      it: resource("docker:index/container:Container", { user: "0x1" }),
      messages: ['it: user is "0x1"; wanted a numeric user, and group if one is named, other than 0.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("docker:index/container:Container", { user: UNKNOWN }), paths: ["it: user"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
