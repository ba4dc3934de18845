import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-swarm-or-plugin";

describe(ID, () => {
  it.each([[resource("docker:index/container:Container", {})]])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/service:Service", {}),
      messages: ['it is "docker:index/service:Service"; wanted a docker.Container.'],
    },
    {
      it: resource("docker:index/plugin:Plugin", {}),
      messages: ['it is "docker:index/plugin:Plugin"; wanted a docker.Container.'],
    },
    {
      it: resource("docker:index/service:Service", { taskSpec: UNKNOWN }),
      messages: ['it is "docker:index/service:Service"; wanted a docker.Container.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });
});
