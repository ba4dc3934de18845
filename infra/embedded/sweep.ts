import type Docker from "dockerode";
import { STACK_LABEL } from "../../components/shared/engine";
import { statusOf } from "./handlers/docker-common";
import { removeContainer } from "./handlers/docker-container";
import { removeNetwork } from "./handlers/docker-network";

/**
 * Removes what carries the stack's label and is still there: what a run made that died before it could write it down.
 * @param keepData leaves the volumes
 * @returns how many objects were removed
 */
export async function sweep(docker: Docker, stack: string, keepData: boolean): Promise<number> {
  const filters = { label: [`${STACK_LABEL}=${stack}`] };
  let count = 0;
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    await removeContainer(Id, { docker });
    count++;
  }
  for (const { Id } of await docker.listNetworks({ filters })) {
    await removeNetwork(Id, { docker });
    count++;
  }
  if (!keepData) {
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes ?? []) {
      await docker.getVolume(Name).remove();
      count++;
    }
  }
  return count + (await sweepImages(docker, filters));
}

/** An image can go only after those built on it, so this goes over them until none goes any more. */
async function sweepImages(docker: Docker, filters: { label: string[] }): Promise<number> {
  let count = 0;
  for (let progress = true; progress; ) {
    progress = false;
    for (const { Id } of await docker.listImages({ all: true, filters })) {
      try {
        await docker.getImage(Id).remove({ force: true });
        count++;
        progress = true;
      } catch (error) {
        // 404: gone with another; 409: something still stands on it.
        if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error;
      }
    }
  }
  return count;
}
