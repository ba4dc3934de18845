import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const runs = (create: Value) => resource("command:local:Command", { create });
const container = (props: Record<string, Value>) => resource("docker:index/container:Container", props);
const volume = (containerPath: Value, readOnly: Value) =>
  container({ volumes: [{ volumeName: "nodes", containerPath, readOnly }] });
const refused = (line: string, found = line): [string, ReturnType<typeof runs>, string] => [
  line,
  runs(line),
  `it: create is ${JSON.stringify(found)}; wanted nodes that are part of the image.`,
];
const writable = (path: string, found = "is absent") =>
  `it: ${path}.readOnly ${found}; wanted true, for nodes that nobody changes.`;

describeRule("comfyui-nodes-built-in", {
  passes: [
    ["nodes that are only read", volume("/data/custom_nodes", true)],
    ["other data", volume("/data/models", false)],
    ["a name that only begins alike", volume("/data/custom_nodes_list", undefined)],
    ["a path that is not known yet", volume(UNKNOWN, undefined)],
    ...[
      "git clone https://github.com/Comfy-Org/ComfyUI",
      "ls custom_nodes; git status",
      "tar -cf backup.tar custom_nodes",
      "comfy node show",
      "comfy launch",
      "curl https://x/model; ls custom_nodes",
    ].map((line): [string, ReturnType<typeof runs>] => [line, runs(line)]),
  ],
  refuses: [
    ...[
      "git clone https://github.com/Comfy-Org/ComfyUI-Manager",
      "git -C /data clone https://x/node /data/custom_nodes",
      "pip install comfyui-manager",
      "pip3 install -U comfyui_manager",
      "uv pip install comfyui-manager",
      "uv add comfyui-manager",
      "comfy node install",
      "comfy --workspace x manager enable",
      "comfy node restore",
      "wget -P custom_nodes",
      "curl https://x/n.py -o /data/custom_nodes",
      "unzip n.zip -d custom_nodes",
      "tar xf n.tar -C custom_nodes",
      "tar -C /x -xzf n.tgz custom_nodes",
    ].map((line) => refused(line)),
    refused("cd /data/custom_nodes && git clone https://x/node", "custom_nodes && git clone"),
    refused("cd custom_nodes/\nset -e\ngit clone https://x/node", "custom_nodes/\nset -e\ngit clone"),
    [
      "in user data",
      instance({ userData: "#!/bin/sh\ncomfy node install x" }),
      'it: userData is "comfy node install"; wanted nodes that are part of the image.',
    ],
    [
      "when the container starts",
      container({ command: ["sh", "-c", "pip install comfyui-manager; python main.py"] }),
      'it: command is "pip install comfyui-manager"; wanted nodes that are part of the image.',
    ],
    ["a volume to write to", volume("/data/custom_nodes", undefined), writable("volumes[0]")],
    ["one that says so", volume("/opt/comfyui/custom_nodes/mine", false), writable("volumes[0]", "is false")],
    [
      "a mount to write to",
      container({ mounts: [{ type: "bind", source: "/srv/nodes", target: "custom_nodes/" }] }),
      writable("mounts[0]"),
    ],
  ],
  unknown: [
    ["a command", runs(UNKNOWN), "it: create"],
    ["whether it is read-only", volume("/data/custom_nodes", UNKNOWN), "it: volumes[0].readOnly"],
    ["its volumes", container({ volumes: UNKNOWN }), "it: volumes"],
  ],
});
