import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const container = (props: Record<string, Value>) => resource("docker:index/container:Container", props);
const found = (path: string, what: string) => `it: ${path} is ${what}; wanted no login within a container.`;

describeRule("container-no-ssh-server", {
  passes: [
    ["nginx", container({ command: ["nginx", "-g", "daemon off;"], ports: [{ internal: 8443 }] })],
    ["an SSH client", container({ command: ["ssh", "host"] })],
    ["a folder of notebooks", container({ command: ["nginx", "/data/jupyter", "jupyter-lab.conf"] })],
    ["what only begins like a server", container({ command: ["/usr/bin/sshd_exporter"] })],
  ],
  refuses: [
    [
      "sshd",
      container({ entrypoints: ["/usr/sbin/sshd", "-D"] }),
      found("entrypoints[0]", '"/usr/sbin/sshd"'),
    ],
    [
      "in a line",
      container({ command: ["sh", "-c", "dropbear -F & exec nginx"] }),
      found("command[2]", '"dropbear"'),
    ],
    ["a terminal on the web", container({ command: ["ttyd", "bash"] }), found("command[0]", '"ttyd"')],
    ...["jupyter lab --ip=0.0.0.0", "/opt/venv/bin/jupyter notebook", "jupyter-lab", "openvscode-server"].map(
      (line): [string, ReturnType<typeof container>, string] => [
        `a terminal in notebooks or an editor: ${line}`,
        container({ command: ["sh", "-c", line] }),
        found("command[2]", `"${line.split(" ")[0]}"`),
      ],
    ),
    [
      "its port",
      container({ ports: [{ internal: "22" }] }),
      'it: ports[0].internal is "22"; wanted no SSH of a container.',
    ],
  ],
  unknown: [
    ["the command", container({ command: UNKNOWN }), "it: command"],
    ["the port", container({ ports: [{ internal: UNKNOWN }] }), "it: ports[0].internal"],
  ],
});
