import { getInstanceOutput } from "@pulumi/aws/ec2/getInstance";
import { getInstancesOutput } from "@pulumi/aws/ec2/getInstances";
import { InstanceState } from "@pulumi/aws/ec2transitgateway/instanceState";
import * as pulumi from "@pulumi/pulumi";
import type { WakeUp } from "../shared/machine";

/**
 * Starts the machine where it is found stopped: for its idleness, by the clock or by hand. The start is part of the run
 * that finds it so, which its preview says; the next run drops it from the state, which neither starts nor stops anything.
 *
 * @param tags those by which EC2 knows the machine
 */
export function wakeUp(
  name: string,
  { instanceId, tags }: { readonly instanceId: pulumi.Input<string>; readonly tags: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<WakeUp | undefined> {
  // Asked for as such: the state holds what the run before saw.
  const { ids } = getInstancesOutput({ instanceTags: tags, instanceStateNames: ["stopped", "stopping"] });
  return ids.apply(([id]) =>
    id === undefined
      ? pulumi.output(undefined)
      : getInstanceOutput({ instanceId: id }).launchTime.apply((launchTime) => ({
          // Made anew for each time that it ran: a run that failed after the start must not count as the next start.
          resource: new InstanceState(
            name,
            { instanceId, state: "running" },
            { ...opts, replacementTrigger: launchTime },
          ),
          lastRun: launchTime,
        })),
  );
}
