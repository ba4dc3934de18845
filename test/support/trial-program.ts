/**
 * A Pulumi program with a service that is replaced only after its image was tried. TEST_STACK, TEST_CONTEXT (a build
 * context, whose /bin/service is tried with the argument `trial`).
 */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { trial } from "../../components/comfyui/trial";
import { hardenedContainer } from "../../components/shared/container";
import type { Engine } from "../../components/shared/engine";
import { localImage } from "../../components/shared/image";

const { TEST_STACK: stack = "", TEST_CONTEXT: context = "" } = process.env;
const engine: Engine = {
  stack,
  provider: new docker.Provider("engine", { host: process.env.DOCKER_HOST }),
  baseImage: pulumi.output("scratch"),
  capacity: pulumi.output({ cpus: 1, memoryMiB: 512 }),
};
const image = localImage("image", { engine, part: "comfyui", context }, {});
const posture = {
  image: image.repoDigest,
  uid: 10002,
  limits: { memoryMiB: 64, cpus: 1, cpuShares: 256, processes: 64 },
};
const tried = trial("trial", { engine, part: "comfyui", posture, command: ["/bin/service", "trial"] }, {});
const service = hardenedContainer(
  "service",
  {
    engine,
    part: "comfyui",
    ...posture,
    networkMode: "none",
    entrypoints: ["/bin/service"],
    command: ["serve"],
  },
  { dependsOn: tried },
);

module.exports = { service: service.id };
