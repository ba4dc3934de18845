import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { access, lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { STACK_LABEL } from "../../../components/shared/engine";
import { lastLines, UserError } from "../errors";
import { runProcess } from "../run-process";
import { isRecord, type Properties } from "../values";
import { isOurs, orGone, refuseForeign } from "./docker-common";
import { type Context, type Handler, list, stringMap, text } from "./handler";

/**
 * docker:index/image:Image, built and never pushed. As with the real provider, deleting it leaves the image in the engine:
 * the program sweeps its images itself.
 */
export const image: Handler = {
  noun: "image",
  keys: {
    imageName: true,
    skipPush: true,
    buildOnPreview: true,
    build: {
      context: true,
      dockerfile: true,
      args: "map",
      target: true,
      platform: true,
      network: true,
      addHosts: true,
      builderVersion: true,
    },
  },

  async prepare(inputs) {
    if (inputs.skipPush !== true) {
      throw new UserError(
        `The image ${JSON.stringify(inputs.imageName)} would be pushed; the embedded engine needs skipPush: true.`,
      );
    }
    const build = isRecord(inputs.build) ? inputs.build : {};
    const context = text(build, "context") ?? ".";
    const dockerfile = text(build, "dockerfile") ?? join(context, "Dockerfile");
    return {
      ...inputs,
      build: { ...build, context, dockerfile, contextDigest: await contextDigest(context, dockerfile) },
    };
  },

  async create(inputs, context) {
    return build(inputs, context);
  },

  async update(_entry, inputs, context) {
    return build(inputs, context);
  },

  async isIntact(entry, context) {
    const seen = await orGone(context.docker.getImage(String(entry.outputs.imageName)).inspect());
    return seen?.Id === entry.outputs.repoDigest;
  },
};

async function build(inputs: Properties, context: Context) {
  const imageName = String(inputs.imageName);
  const found = await orGone(context.docker.getImage(imageName).inspect());
  if (found) refuseForeign("image", imageName, found.Config.Labels, context);

  const options = inputs.build as Properties;
  const kit = options.builderVersion !== "BuilderV1" && (await hasBuildx(context.signal));
  const args = ["build", "--tag", imageName, "--file", String(options.dockerfile)];
  // The classic builder's intermediate containers carry no label: it must clear them away itself.
  args.push(...(kit ? ["--progress", "plain"] : ["--force-rm"]));
  for (const [name, value] of Object.entries(stringMap(options, "args") ?? {}))
    args.push("--build-arg", `${name}=${value}`);
  for (const key of ["target", "platform", "network"]) {
    const value = text(options, key);
    if (value !== undefined) args.push(`--${key}`, value);
  }
  for (const host of list(options, "addHosts") ?? []) args.push("--add-host", host);

  const result = await runProcess("docker", [...args, String(options.context)], {
    signal: context.signal,
    env: { ...process.env, DOCKER_BUILDKIT: kit ? "1" : "0" },
    onOutput: (output) => context.detail(lastLines(output, 1)),
  });
  if (result.code !== 0) {
    throw new UserError(
      `Building the image ${imageName} failed. The end of its log:\n${lastLines(result.output)}`,
    );
  }
  const made = await context.docker.getImage(imageName).inspect();
  if (!isOurs(made.Config.Labels, context)) {
    throw new UserError(
      `The image ${imageName} was built without the label ${STACK_LABEL}=${context.stack}; its Dockerfile must set it ` +
        `(ARG STACK, LABEL ${STACK_LABEL}=$STACK after every FROM, build argument STACK).`,
    );
  }
  // Nothing is pushed, so the image's id takes the digest's place, as with the real provider.
  return { id: imageName, outputs: { imageName, baseImageName: imageName, repoDigest: made.Id } };
}

async function hasBuildx(signal: AbortSignal): Promise<boolean> {
  return (await runProcess("docker", ["buildx", "version"], { signal })).code === 0;
}

/**
 * SHA-256 over everything that a build can see: the Dockerfile and each path of the context with its kind, executable bit
 * and content. `.dockerignore` is not honoured here (Docker itself does): a change to an ignored file costs a cached build.
 */
export async function contextDigest(context: string, dockerfile: string): Promise<string> {
  const hash = createHash("sha256");
  const add = async (path: string, name: string) => {
    const stat = await lstat(path);
    if (stat.isSymbolicLink()) hash.update(`link ${name}\0${await readlink(path)}\0`);
    else if (stat.isFile()) {
      hash.update(`file ${name}\0${(stat.mode & 0o100) !== 0}\0${stat.size}\0`);
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    } else if (stat.isDirectory()) {
      hash.update(`folder ${name}\0`);
      for (const child of (await readdir(path)).sort()) await add(join(path, child), `${name}/${child}`);
    }
  };
  for (const path of [context, dockerfile]) {
    await access(path).catch(() => {
      throw new UserError(`The build needs ${JSON.stringify(path)}, which cannot be read.`);
    });
  }
  await add(dockerfile, "Dockerfile");
  await add(context, ".");
  return hash.digest("hex");
}
