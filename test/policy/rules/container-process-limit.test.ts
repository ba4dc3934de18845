import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-process-limit";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { ulimits: [{ name: "nproc", soft: 9, hard: 9 }] })],
    [
      resource("docker:index/container:Container", {
        ulimits: [{ name: "nproc", soft: 16384, hard: 16384 }],
      }),
    ],
    [
      resource("docker:index/container:Container", {
        ulimits: [
          { name: "nproc", soft: 9, hard: 9 },
          { name: "nofile", soft: 9, hard: 1048576 },
        ],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}),
      messages: ["it: ulimits is absent; wanted one for nproc."],
    },
    {
      it: resource("docker:index/container:Container", { ulimits: [] }),
      messages: ["it: ulimits is absent; wanted one for nproc."],
    },
    {
      it: resource("docker:index/container:Container", { ulimits: [{ name: "nproc", soft: -1, hard: -1 }] }),
      messages: ['it: ulimits[0] is "-1:-1"; wanted numbers of 0 or more.'],
    },
    {
      it: resource("docker:index/container:Container", {
        ulimits: [
          { name: "nproc", soft: 1, hard: 1 },
          { name: "nofile", soft: 1, hard: -1 },
        ],
      }),
      messages: ['it: ulimits[1] is "1:-1"; wanted numbers of 0 or more.'],
    },
    {
      it: resource("docker:index/container:Container", { ulimits: [{ name: "core", soft: 0, hard: 0 }] }),
      messages: ["it: ulimits is absent; wanted one for nproc."],
    },
    {
      it: resource("docker:index/container:Container", { ulimits: [{ name: "nproc", soft: -1, hard: 1 }] }),
      messages: ['it: ulimits[0] is "-1:1"; wanted numbers of 0 or more.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { ulimits: UNKNOWN }), paths: ["it: ulimits"] },
    {
      it: resource("docker:index/container:Container", {
        ulimits: [{ name: "nproc", soft: UNKNOWN, hard: 1 }],
      }),
      paths: ["it: ulimits[0]"],
    },
    {
      it: resource("docker:index/container:Container", {
        ulimits: [{ name: "nproc", soft: 1, hard: UNKNOWN }],
      }),
      paths: ["it: ulimits[0]"],
    },
    {
      it: resource("docker:index/container:Container", { ulimits: [{ name: UNKNOWN, soft: 1, hard: 1 }] }),
      paths: ["it: ulimits[0].name"],
    },
    { it: resource("docker:index/container:Container", { ulimits: [UNKNOWN] }), paths: ["it: ulimits[0]"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
