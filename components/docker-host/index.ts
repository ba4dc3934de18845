import { existsSync, readFileSync } from "node:fs";
import { local } from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { engineCommand } from "../shared/command";
import { type Capacity, type Engine, objectName, onEngine, STACK_LABEL } from "../shared/engine";
import type { Machine } from "../shared/machine";
import type { DockerHostArgs } from "./args";
import { CAPACITY_COMMAND, parseCapacity } from "./capacity";
import { environmentProblems } from "./operator-environment";
import { readinessScript } from "./readiness";
import { dockerAddress, sshDestination, sshFolder, sshOptions, writeSshFiles } from "./ssh";

const BASE_IMAGE_SCRIPT = "components/docker-host/base-image.sh";
const AWAIT_MACHINE_SCRIPT = "components/docker-host/await-machine.sh";
/** A machine that was just made lets nobody in for a minute or two, a large one for several. */
const REACH_SECONDS = 600;

/**
 * A Docker Engine, with the base image on it: of this machine, or over SSH of a machine of the stack's own.
 *
 * Creates the provider that everything else uses and the Debian base image (pulled by digest, or made by debootstrap in
 * about 20 seconds). On destroy it removes, after all containers, every image that carries the stack's label: the
 * docker provider leaves built images behind. On this machine the engine is the one that DOCKER_HOST names, or the local
 * socket.
 *
 * On a machine of its own there is a readiness gate besides: nothing is put there before cloud-init is done, Docker
 * answers, and, where it has a GPU, driver and toolkit are new enough. Its host key is pinned by every client; another one
 * ends the run at once.
 */
export class DockerHost extends pulumi.ComponentResource implements Engine {
  readonly stack: string;
  readonly provider: docker.Provider;
  readonly baseImage: pulumi.Output<string>;
  readonly capacity: pulumi.Output<Capacity>;
  readonly machine?: Machine;
  readonly images: Readonly<Record<string, string>>;

  /** @throws where the operator's environment would lead to another engine than the machine's */
  constructor(name: string, args: DockerHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const { stack, baseImage, machine, images = {} } = args;
    super("comfy:index:DockerHost", name, { stack, baseImage }, onEngine({ machine }, opts));
    this.stack = stack;
    this.machine = machine;
    this.images = images;

    const ssh = machine && this.#overSsh(name, machine);
    const child = { parent: this, ...(ssh && { dependsOn: ssh.gates }) };
    this.provider = new docker.Provider(
      `${name}-engine`,
      {
        ...ssh?.provider,
        ...(args.registryAuth && { registryAuth: [...args.registryAuth] }),
      },
      child,
    );
    const sweep = engineCommand(
      `${name}-image-sweep`,
      {
        engine: this,
        delete: `docker image prune --all --force --filter label=${STACK_LABEL}=${stack}`,
      },
      child,
    );
    // Made after the sweep, so that it is gone from the program before the sweep runs.
    const base = engineCommand(
      `${name}-base-image`,
      {
        engine: this,
        ...(machine
          ? // On standard input, since a failed command is shown whole.
            { create: 'exec sh -c "$(cat)"', stdin: readFileSync(BASE_IMAGE_SCRIPT, "utf8") }
          : { create: `sh ${BASE_IMAGE_SCRIPT}` }),
        environment: {
          BASE_IMAGE_REFERENCE: baseImage,
          LOCAL_TAG: `${objectName(stack, "base")}:trixie`,
          STACK: stack,
        },
      },
      { parent: this, dependsOn: sweep },
    );
    // What a command prints counts as secret when it was given one, here the login key. This is none.
    this.baseImage = pulumi.unsecret(base.stdout);
    const capacity = engineCommand(`${name}-capacity`, { engine: this, create: CAPACITY_COMMAND }, child);
    this.capacity = pulumi.unsecret(capacity.stdout).apply(parseCapacity);

    this.registerOutputs({ baseImage: this.baseImage });
  }

  /** What waits until the machine can take the stack, and how the docker provider reaches it from then on. */
  #overSsh(
    name: string,
    machine: Machine,
  ): { gates: pulumi.Output<pulumi.Resource[]>; provider: docker.ProviderArgs } {
    const { stack } = this;
    const { address, user } = machine;
    const written = sshFiles(stack, machine);
    // By the ssh client: the provider's remote command takes a wrong host key for a machine on its way up, and tries on.
    const check = {
      create: `sh ${AWAIT_MACHINE_SCRIPT}`,
      stdin: readinessScript({ gpu: machine.gpu }),
      environment: {
        DESTINATION: address.apply((at) => sshDestination(user, at)),
        SSH_FOLDER: written.apply(() => sshFolder(stack)),
        REACH_SECONDS: String(REACH_SECONDS),
      },
    };
    const gate = new local.Command(
      `${name}-ready`,
      { ...check, triggers: [machine.instanceId] },
      { parent: this },
    );
    // One of its own: were the first made anew, the provider's host would be unknown until then, and every container's
    // fate with it in the preview.
    const again = pulumi
      .output(machine.wakeUp)
      .apply((wakeUp) =>
        wakeUp === undefined
          ? []
          : [
              new local.Command(
                `${name}-ready-again`,
                { ...check, triggers: [machine.instanceId, wakeUp.lastRun] },
                { parent: this, dependsOn: [gate, wakeUp.resource] },
              ),
            ],
      );
    return {
      gates: again.apply((commands) => [gate, ...commands]),
      provider: {
        host: pulumi.all([address, gate.id]).apply(([at]) => dockerAddress(user, at)),
        sshOpts: written.apply(() => sshOptions(stack)),
        // An empty one of ours comes before DOCKER_CONTEXT.
        context: "",
      },
    };
  }
}

/**
 * Known once the files are written that the ssh client reaches a machine with.
 *
 * @throws where the operator's environment would lead elsewhere
 */
function sshFiles(stack: string, machine: Machine): pulumi.Output<void> {
  const problems = environmentProblems(process.env, existsSync);
  if (problems.length > 0) {
    throw new Error(problems.join("\n"));
  }
  const { instanceId, hostPublicKey, privateKey } = machine;
  const written = pulumi.all([instanceId, hostPublicKey, privateKey]).apply(([instance, hostKey, key]) => {
    writeSshFiles({ stack, instanceId: instance, hostPublicKey: hostKey }, key);
  });
  // The key is in the files alone.
  return pulumi.unsecret(written);
}
