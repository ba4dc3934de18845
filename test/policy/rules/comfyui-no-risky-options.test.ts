import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "comfyui-no-risky-options";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        command: ["main.py", "--enable-compress-response-body", "--front-end-root", "/opt/front-end"],
      }),
    ],
    [resource("docker:index/container:Container", { command: ["sh", "-c", "exec comfy launch -- --cpu"] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-manager"] }),
      messages: [
        'it: command[1] is "--enable-manager"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-cors-header"] }),
      messages: [
        'it: command[1] is "--enable-cors-header"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-cors-header=*"] }),
      messages: [
        'it: command[1] is "--enable-cors-header"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-m"] }),
      messages: [
        'it: command[1] is "--enable-m"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-cor"] }),
      messages: [
        'it: command[1] is "--enable-cor"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        command: ["main.py", "--enable-manager-legacy-ui"],
      }),
      messages: [
        'it: command[1] is "--enable-manager-legacy-ui"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
      ],
    },
    ...["--front-end-version", "--front-end-version=evil/repo@latest", "--front-end-v"].map((option) => ({
      it: resource("docker:index/container:Container", { command: ["main.py", option] }),
      messages: [
        `it: command[1] is "${option.split("=")[0]}"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.`,
      ],
    })),
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { command: [UNKNOWN] }), paths: ["it: command[0]"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
