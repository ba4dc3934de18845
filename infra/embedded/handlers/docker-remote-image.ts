import { lastLines, UserError } from "../errors";
import { runProcess } from "../run-process";
import { orGone, statusOf } from "./docker-common";
import type { Handler } from "./handler";

/** docker:index/remoteImage:RemoteImage by digest: what a registry has, by the docker command's own logins. */
export const remoteImage: Handler = {
  noun: "image",
  keys: { name: true, forceRemove: true },

  async create(inputs, context) {
    const name = String(inputs.name);
    const { code, output } = await runProcess("docker", ["pull", name], {
      signal: context.signal,
      onOutput: (said) => context.detail(lastLines(said, 1)),
    });
    if (code !== 0) {
      throw new UserError(`The image ${name} could not be pulled:\n${lastLines(output)}`);
    }
    const { Id } = await context.docker.getImage(name).inspect();
    return { id: Id, outputs: { name, imageId: Id, repoDigest: name } };
  },

  async isIntact(entry, context) {
    return (await orGone(context.docker.getImage(String(entry.outputs.name)).inspect())) !== undefined;
  },

  async remove(entry, context) {
    try {
      await orGone(context.docker.getImage(String(entry.outputs.name)).remove());
    } catch (error) {
      // 409: somebody else's container uses it.
      if (statusOf(error) !== 409) throw error;
    }
  },
};
