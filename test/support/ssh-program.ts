/** A Pulumi program that puts a pod on a machine reached over SSH; a command stands in for the EC2 instance. */
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { DockerHost } from "../../components/docker-host";
import { Pod } from "../../components/pod";
import { dataVolume } from "../../components/shared/volume";
import { DEFAULT_BASE_IMAGE } from "../../infra/settings";

const config = new pulumi.Config("comfy-fortress");
const stack = pulumi.getStack();

const instanceId = config.require("instanceId");
const folder = config.require("provider");
const instance = new local.Command(
  "vm-instance",
  {
    // Whoever stands in for EC2 reads there which machine is wanted, and writes down which one runs.
    create: `printf %s ${instanceId} > ${folder}/wanted
until [ "$(cat ${folder}/running)" = ${instanceId} ]; do sleep 0.2; done
cat ${folder}/running`,
    triggers: [instanceId],
  },
  // As a machine must be whose data volume can be on one machine at a time.
  { deleteBeforeReplace: true },
);
const engine = new DockerHost("docker-host", {
  stack,
  baseImage: DEFAULT_BASE_IMAGE,
  machine: {
    instance,
    instanceId: instance.stdout,
    address: pulumi.output(config.require("address")),
    user: "ubuntu",
    privateKey: config.requireSecret("privateKey"),
    hostPublicKey: pulumi.output(config.require("hostPublicKey")),
    gpu: false,
  },
});
const pod = new Pod("pod", {
  engine,
  audience: "machine",
  ipv6: false,
  publishPort: config.requireNumber("port"),
});
dataVolume("pod-data", { engine, part: "data" }, { parent: pod });

export const networkMode = pod.networkMode;
