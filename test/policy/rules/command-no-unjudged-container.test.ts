import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const runs = (create: Value) => resource("command:local:Command", { create });
const refused = (line: string, found: string, wanted: string): [string, ReturnType<typeof runs>, string] => [
  line,
  runs(line),
  `it: create is ${JSON.stringify(found)}; wanted ${wanted}.`,
];

describeRule("command-no-unjudged-container", {
  passes: [
    [
      "what the stack itself runs",
      runs(
        "docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges:true --ipc private --network none --user 0:0 --cap-add CHOWN --volume models:/models:nocopy x",
      ),
    ],
    ["a look into a container", runs("docker exec -i gateway apply-config")],
    ["a look at the engine", runs("docker ps --format x; docker image prune --all")],
    ["a volume by its name", runs("docker run -v data:/data x")],
  ],
  refuses: [
    refused("docker run -d -p 0.0.0.0:8188:8188 x", "-p 0", "no published port but the stack's"),
    refused("docker run --publish=8188:8188 x", "--publish=", "no published port but the stack's"),
    refused("docker run -dp 8188:8188 x", "-dp 8", "no published port but the stack's"),
    refused("docker run -P x", "-P", "no published port but the stack's"),
    refused("sudo docker -H tcp://h container run --privileged x", "--privileged", "no privileged container"),
    refused("podman create --net=host x", "--net=host", "namespaces of its own"),
    refused("docker run --pid host x", "--pid host", "namespaces of its own"),
    refused("docker run --cap-add=ALL x", "--cap-add=ALL", "no added capability"),
    refused(
      "docker run --security-opt seccomp=unconfined x",
      "--security-opt seccomp=unconfined",
      "the engine's confinement",
    ),
    refused("docker run --device /dev/sda x", "--device", "no device, group or volume of another"),
    refused(
      "docker run \\\n  -v /var/run/docker.sock:/s x",
      "-v /var/run/docker.sock:",
      "no folder of the host",
    ),
    refused(
      "docker run --mount type=bind,source=/etc,target=/x x",
      "--mount type=bind,source=/etc",
      "no folder of the host",
    ),
    refused(
      "docker compose -f x up -d",
      "docker compose -f x up",
      "a docker.Container, which can be looked at",
    ),
    refused(
      "docker stack deploy -c x y",
      "docker stack deploy",
      "a docker.Container, which can be looked at",
    ),
    refused(
      "docker exec -u root c sh",
      "docker exec -u root c sh",
      "docker exec as the container's own user",
    ),
    refused(
      "docker exec --privileged c sh",
      "docker exec --privileged c sh",
      "docker exec as the container's own user",
    ),
    [
      "in user data",
      instance({ userDataBase64: Buffer.from("#!/bin/sh\ndocker run --privileged x").toString("base64") }),
      'it: userDataBase64 is "--privileged"; wanted no privileged container.',
    ],
  ],
  unknown: [["the command", runs(UNKNOWN), "it: create"]],
});
