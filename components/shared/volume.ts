import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Engine, objectName, stackLabels } from "./engine";

/**
 * A volume for data, on which nothing can be executed: `nosuid,nodev,noexec`.
 *
 * The engine mounts its own volumes without these options and has no way to ask for them, and the kernel ignores them
 * on a bind mount. It heeds them on an overlay. So the data lies in the volume `comfy-<stack>-<part>`, where backups
 * look for it, and containers get an overlay over it, `comfy-<stack>-<part>-noexec`; two empty volumes are what an
 * overlay needs besides. Write to the data only through the overlay while a container uses it.
 *
 * @returns name of the volume to mount
 */
export function dataVolume(
  name: string,
  { engine, part }: { readonly engine: Engine; readonly part: string },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const volume = (suffix: string, driverOpts?: docker.VolumeArgs["driverOpts"]) =>
    new docker.Volume(
      `${name}${suffix}`,
      {
        name: objectName(engine.stack, `${part}${suffix}`),
        labels: stackLabels(engine.stack),
        ...(driverOpts ? { driver: "local", driverOpts } : {}),
      },
      { ...opts, provider: engine.provider },
    );
  const [lower, upper, work] = [volume("-empty"), volume(""), volume("-work")];
  const overlay = volume("-noexec", {
    type: "overlay",
    device: "overlay",
    o: pulumi.interpolate`lowerdir=${lower.mountpoint},upperdir=${upper.mountpoint},workdir=${work.mountpoint},nosuid,nodev,noexec`,
  });
  return overlay.name;
}
