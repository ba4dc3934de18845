import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { type Engine, objectName, stackLabels } from "./engine";

/** What one container needs beyond the hardening that all of them share. */
export interface HardenedContainerArgs extends Omit<docker.ContainerArgs, "name" | "labels"> {
  readonly engine: Engine;
  /** Name of the container's part of the stack, e.g. `gateway`. */
  readonly part: string;
}

/**
 * Starts a container with the posture that every container of the stack has: read-only root, no capability, no new
 * privileges, private IPC, an init process, bounded logs, restarted unless stopped. Arguments given win over these.
 *
 * Names are fixed, so a replaced container is removed before its successor is made. `healthcheck` and `tmpfs` replace
 * it too: the provider reports their update as done and changes nothing.
 */
export function hardenedContainer(
  name: string,
  { engine, part, ...args }: HardenedContainerArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  return new docker.Container(
    name,
    {
      readOnly: true,
      capabilities: { drops: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      ipcMode: "private",
      init: true,
      restart: "unless-stopped",
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5" },
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
      ...args,
      name: objectName(engine.stack, part),
      labels: stackLabels(engine.stack),
    },
    {
      ...opts,
      provider: engine.provider,
      deleteBeforeReplace: true,
      replaceOnChanges: ["healthcheck", "tmpfs"],
    },
  );
}
