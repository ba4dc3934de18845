import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-bounded-restart";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", {})],
    [resource("docker:index/container:Container", { restart: "no" })],
    [resource("docker:index/container:Container", { restart: "on-failure", maxRetryCount: 5 })],
    [resource("docker:index/container:Container", { restart: "on-failure", maxRetryCount: 1 })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { restart: "always" }),
      messages: ['it: restart is "always"; wanted "no" or "on-failure".'],
    },
    {
      it: resource("docker:index/container:Container", { restart: "unless-stopped" }),
      messages: ['it: restart is "unless-stopped"; wanted "no" or "on-failure".'],
    },
    {
      it: resource("docker:index/container:Container", { restart: "on-failure" }),
      messages: ["it: maxRetryCount is absent; wanted 1 to 5."],
    },
    {
      it: resource("docker:index/container:Container", { restart: "on-failure", maxRetryCount: 6 }),
      messages: ["it: maxRetryCount is 6; wanted 1 to 5."],
    },
    {
      it: resource("docker:index/container:Container", { restart: "on-failure", maxRetryCount: 0 }),
      messages: ["it: maxRetryCount is 0; wanted 1 to 5."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { restart: UNKNOWN }), paths: ["it: restart"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
