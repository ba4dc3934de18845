import type { local, remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { engineCommand } from "../shared/command";
import { type HardenedContainerArgs, hardenedContainer } from "../shared/container";
import { type Engine, objectName } from "../shared/engine";

/** Seconds for ComfyUI to load everything it has and to end again; torch and many nodes take minutes on a slow disk. */
const TRIAL_SECONDS = 600;

export interface TrialArgs {
  readonly engine: Engine;
  /** Name of the part of the stack whose container the image is for. */
  readonly part: string;
  /** Image, user, limits and the like, as that container will have them. */
  readonly posture: Pick<
    HardenedContainerArgs,
    "gpus" | "image" | "limits" | "memoryFiles" | "scratchMiB" | "tmpMiB" | "uid"
  >;
  /** What the image starts with, and the arguments by which it ends before it would serve. */
  readonly command: readonly string[];
  /** What it reads; never what it could change: it may be newer than the one that still serves from there. */
  readonly volumes?: HardenedContainerArgs["volumes"];
}

/**
 * Starts an image once as it would run, before the container that serves is replaced: with the same user, limits, seccomp
 * profile and GPU, but without a network. Where that fails, the run ends and the old container serves on; whatever
 * depends on the trial is left as it is. The image's build has tried a start too, but with neither the GPU nor the
 * confinement. Where nothing serves yet there is nothing to lose, and nothing is tried.
 */
export function trial(
  name: string,
  { engine, part, posture, command, volumes }: TrialArgs,
  opts: pulumi.CustomResourceOptions,
): local.Command | remote.Command {
  const [program = "", ...args] = command;
  const container = hardenedContainer(
    `${name}-container`,
    {
      engine,
      part: `${part}-trial`,
      ...posture,
      networkMode: "none",
      entrypoints: [program],
      command: args,
      volumes,
      onDemand: true,
    },
    opts,
  );
  return engineCommand(
    name,
    { engine, create: trialCommand(engine.stack, part), triggers: [container.id] },
    opts,
  );
}

/** Shell command that runs the trial's container to its end, and fails with its last words where that is not well. */
function trialCommand(stack: string, part: string): string {
  const [serving, tried] = [objectName(stack, part), objectName(stack, `${part}-trial`)];
  return `docker container inspect ${serving} >/dev/null 2>&1 || exit 0
said=$(timeout ${TRIAL_SECONDS} docker start --attach ${tried} 2>&1)
code=$?
[ "$code" -eq 0 ] && exit 0
docker stop ${tried} >/dev/null
printf '%s\\n' "$said" | tail -n 30 >&2
[ "$code" -eq 124 ] && why='does not end within ${TRIAL_SECONDS} s' || why="ends with exit code $code"
echo "The new ${serving} is not put in place: its trial start $why, see above. The one before serves on." >&2
echo "Fix: mend what it says, or go back to the settings before. Where the GPU's memory was full, run again once no job runs." >&2
exit 1`;
}
