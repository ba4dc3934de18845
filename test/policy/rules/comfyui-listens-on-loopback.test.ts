import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "comfyui-listens-on-loopback";

describe(ID, () => {
  it.each([
    [
      resource(
        "docker:index/container:Container",
        { command: ["python", "main.py", "--listen", "127.0.0.1"] },
        "comfyui",
      ),
    ],
    [resource("docker:index/container:Container", { command: ["main.py", "--listen=127.0.0.1"] })],
    [resource("docker:index/container:Container", { command: ["/usr/local/bin/comfyui"] }, "comfyui")],
    [resource("docker:index/container:Container", { command: ["cp", "main.py.orig", "/x"] }, "comfyui")],
    [resource("docker:index/container:Container", { command: ["serve", "--listen", "0.0.0.0"] }, "other")],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { command: ["main.py"] }),
      messages: ["it: command is absent; wanted --listen 127.0.0.1 exactly once."],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--listen"] }),
      messages: ['it: command is "--listen"; wanted --listen 127.0.0.1 exactly once.'],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--listen", "0.0.0.0"] }),
      messages: ['it: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
    },
    {
      it: resource("docker:index/container:Container", {
        command: ["main.py", "--listen", "127.0.0.1", "--listen", "0.0.0.0"],
      }),
      messages: [
        'it: command is "--listen 127.0.0.1 --listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--listen=127.0.0.1,::1"] }),
      messages: ['it: command is "--listen 127.0.0.1,::1"; wanted --listen 127.0.0.1 exactly once.'],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--lis", "0.0.0.0"] }),
      messages: ['it: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
    },
    {
      it: resource("docker:index/container:Container", { command: ["main.py", "--li", "0.0.0.0"] }),
      messages: ['it: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
    },
    {
      it: resource("docker:index/container:Container", { entrypoints: ["main.py", "--listen=0.0.0.0"] }),
      messages: ['it: entrypoints is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
    },
    {
      it: resource("docker:index/container:Container", {
        command: ["sh", "-c", "python main.py --listen 0.0.0.0"],
      }),
      messages: ['it: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { command: UNKNOWN }, "comfyui"),
      paths: ["comfyui: command"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
