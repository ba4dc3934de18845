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
    ...[
      "docker run --privileged=false x",
      "docker run --privileged=0 x",
      "docker run --network hosted --pid container:a x",
      "docker run --cap-add CHOWN --cap-add=KILL x",
      "docker run --security-opt seccomp=/etc/profile.json x",
      "docker run --security-opt no-new-privileges:true x",
      "docker run -it --rm --pull never x",
      "docker run --mount type=volume,source=data,target=/x x",
      "docker run x; tar -p --privileged",
      "docker run x && mysqld -u root",
      "docker run x | other -P",
      "docker ps\nother --privileged",
      "docker exec -u 10001 c sh",
      "docker exec --user rooted c sh",
      "docker exec c sh; su --user root",
      "docker compose down",
      "docker composer up",
      "docker service ls",
      "docker swarm leave",
      "docker plugin ls",
      "curl --unix-socket /run/other.sock http://x",
      "dockerd -H unix:///run/docker.sock",
      "docker images create",
      "dockerrun --privileged x",
    ].map((line): [string, ReturnType<typeof runs>] => [line, runs(line)]),
  ],
  refuses: [
    refused("docker run -d -p 0.0.0.0:8188:8188 x", "-p 0", "no published port but the stack's"),
    refused("docker run --publish=8188:8188 x", "--publish=", "no published port but the stack's"),
    refused("docker run -dp 8188:8188 x", "-dp 8", "no published port but the stack's"),
    refused("docker run -p8188:8188 x", "-p8", "no published port but the stack's"),
    refused('docker run -p "$PORT:8188" x', '-p "', "no published port but the stack's"),
    refused("docker run --publish 8188:8188 x", "--publish", "no published port but the stack's"),
    refused("docker run --publish-all x", "--publish-all", "no published port but the stack's"),
    refused("docker run -itP x", "-itP", "no published port but the stack's"),
    refused("docker run -P x", "-P", "no published port but the stack's"),
    refused("sudo docker -H tcp://h container run --privileged x", "--privileged", "no privileged container"),
    refused("podman create --net=host x", "--net=host", "namespaces of its own"),
    ...["net", "network", "pid", "ipc", "uts", "userns", "cgroupns"].map((kind) =>
      refused(`docker run --${kind} host x`, `--${kind} host`, "namespaces of its own"),
    ),
    refused('docker run --pid="host" x', '--pid="host', "namespaces of its own"),
    refused("docker --context a -l debug run --privileged x", "--privileged", "no privileged container"),
    refused("docker --tls run --privileged=true x", "--privileged", "no privileged container"),
    refused("ctr run --privileged x", "--privileged", "no privileged container"),
    refused("nerdctl container create --privileged x", "--privileged", "no privileged container"),
    refused("buildah run --privileged x", "--privileged", "no privileged container"),
    refused("docker  run\t--privileged x", "--privileged", "no privileged container"),
    refused("do''cker run --privileged x", "--privileged", "no privileged container"),
    ...[
      "ALL",
      "SYS_ADMIN",
      "NET_ADMIN",
      "DAC_OVERRIDE",
      "BPF",
      "PERFMON",
      "MAC_ADMIN",
      "SETUID",
      "SETGID",
      "SETFCAP",
    ].map((capability) =>
      refused(`docker run --cap-add ${capability} x`, `--cap-add ${capability}`, "no added capability"),
    ),
    refused('docker run --cap-add="cap_mknod" x', '--cap-add="cap_mknod', "no added capability"),
    refused(
      "docker run --security-opt label=disable x",
      "--security-opt label=disable",
      "the engine's confinement",
    ),
    refused(
      "docker run --security-opt='no-new-privileges:false' x",
      "--security-opt='no-new-privileges:false",
      "the engine's confinement",
    ),
    refused(
      "docker run --security-opt no-new-privileges=0 x",
      "--security-opt no-new-privileges=0",
      "the engine's confinement",
    ),
    ...["device-cgroup-rule", "gpus", "cgroup-parent", "volumes-from"].map((option) =>
      refused(`docker run --${option} y x`, `--${option}`, "no device, group or volume of another"),
    ),
    refused("docker run -v ./data:/data x", "-v ./data:", "no folder of the host"),
    refused("docker run -v/:/host x", "-v/:", "no folder of the host"),
    refused("docker run --volume='/etc':/e x", "--volume='/etc':", "no folder of the host"),
    refused('docker run --volume "$HOME/.ssh:/k" x', '--volume "$HOME/.ssh:', "no folder of the host"),
    refused(
      "docker run --mount=type=bind,src=/,dst=/x x",
      "--mount=type=bind,src=/",
      "no folder of the host",
    ),
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
    ...[
      ...[
        "docker-compose up",
        "podman-compose run",
        "nerdctl compose create",
        "docker compose --profile a start",
      ],
      ...[
        "docker service create",
        "docker service update",
        "docker swarm init",
        "docker -H ssh://h swarm join",
      ],
      ...["docker plugin install", "podman play kube", "podman kube play"],
      ...["--unix-socket /var/run/docker.sock", "--unix-socket=/run/podman/podman.sock"],
      ...["--unix-socket /run/containerd/containerd.sock", "dockerd --host tcp:", "dockerd -Htcp:"],
    ].map((line) => refused(line, line, "a docker.Container, which can be looked at")),
    ...[
      ...[
        "docker exec -u 0 c",
        "docker exec -u0 c",
        "docker exec --user=root:root c",
        "docker exec --user '00' c",
      ],
      ...["docker exec -itu root c", "docker container exec -iu 0 c", "podman exec --user root c sh"],
    ].map((line) => refused(line, line, "docker exec as the container's own user")),
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
