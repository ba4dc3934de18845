import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-health-check";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { healthcheck: { tests: ["CMD", "/check"] } })],
    [resource("docker:index/container:Container", { mustRun: false })],
    [
      resource("docker:index/container:Container", {
        healthcheck: { tests: ["CMD-SHELL", "curl x || true-check"] },
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ["it: healthcheck.tests is absent; wanted a command that looks at the service."],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["NONE"] } }),
      messages: ['it: healthcheck.tests is ["NONE"]; wanted a command that looks at the service.'],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD"] } }),
      messages: ['it: healthcheck.tests is ["CMD"]; wanted a command that looks at the service.'],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD", "/bin/true"] } }),
      messages: ['it: healthcheck.tests is ["CMD","/bin/true"]; wanted a command that looks at the service.'],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD-SHELL", "exit 0"] } }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","exit 0"]; wanted a command that looks at the service.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: [] } }),
      messages: ["it: healthcheck.tests is []; wanted a command that looks at the service."],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD", "true"] } }),
      messages: ['it: healthcheck.tests is ["CMD","true"]; wanted a command that looks at the service.'],
    },
    {
      it: resource("docker:index/container:Container", {
        healthcheck: { tests: ["CMD-SHELL", "true of course"] },
      }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","true of course"]; wanted a command that looks at the service.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        healthcheck: { tests: ["CMD-SHELL", "echo fine"] },
      }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","echo fine"]; wanted a command that looks at the service.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD-SHELL", "sleep 10"] } }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","sleep 10"]; wanted a command that looks at the service.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD-SHELL", "exit 0 "] } }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","exit 0 "]; wanted a command that looks at the service.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        healthcheck: { tests: ["CMD-SHELL", "curl x ||true"] },
      }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","curl x ||true"]; wanted a command that looks at the service.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        healthcheck: { tests: ["CMD-SHELL", "curl x; /usr/bin/true"] },
      }),
      messages: [
        'it: healthcheck.tests is ["CMD-SHELL","curl x; /usr/bin/true"]; wanted a command that looks at the service.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { healthcheck: UNKNOWN }),
      paths: ["it: healthcheck.tests"],
    },
    {
      it: resource("docker:index/container:Container", { healthcheck: { tests: ["CMD", UNKNOWN] } }),
      paths: ["it: healthcheck.tests"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
