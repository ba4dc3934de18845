import { getAuthorizationTokenOutput } from "@pulumi/aws/ecr";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type * as pulumi from "@pulumi/pulumi";
import { Backup } from "../components/backup";
import type { DockerHostArgs, RegistryLogin } from "../components/docker-host/args";
import { GpuVm } from "../components/gpu-vm";
import { dataVolumeTag } from "../components/gpu-vm/storage";
import { Monitoring } from "../components/monitoring";
import { cloudwatchAgentHost } from "../components/monitoring/agent";
import { Logs } from "../components/monitoring/logs";
import { PowerSchedule } from "../components/power";
import { powerHost } from "../components/power/host";
import { Meter } from "../components/power/meter-container";
import type { Engine } from "../components/shared/engine";
import type { Machine } from "../components/shared/machine";
import type { Watcher } from "../components/watcher";
import type { AwsSettings } from "./settings";

/** The AWS half of the program: the machine, and what looks after it. */
export interface Cloud {
  readonly machine: Machine;
  /** What its Docker Engine is reached with: itself, and logins for images that are in Elastic Container Registry. */
  readonly host: Pick<DockerHostArgs, "machine" | "registryAuth">;
  /** Measures, alarms, snapshots and the clock; for once the pod is there. */
  lookAfter(pod: {
    readonly engine: Engine;
    readonly networkMode: pulumi.Input<string>;
    readonly watcher: Watcher;
  }): void;
}

/** Registries in Elastic Container Registry by account and region. */
const ECR = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\//;

/** Makes the machine that the settings ask for. */
export function makeMachine(settings: AwsSettings): Cloud {
  const { stack, acme, comfyui, vm, power, monitoring } = settings;
  const { accountId } = getCallerIdentityOutput();
  const { region } = getRegionOutput();
  const account = { stack, accountId, region };
  const retentionDays = monitoring.logRetentionDays;
  const gpu = comfyui.accelerator === "cuda";

  const logs = new Logs("logs", { ...account, retentionDays });
  const machine = new GpuVm("vm", {
    ...account,
    ...vm,
    ...{ domain: settings.domain, ipv6: settings.ipv6, gpu },
    ...{ allowedCidrs: settings.allowedCidrs, adminCidrs: settings.adminCidrs },
    ...(acme?.dns.host === "route53" && { acmeZoneId: acme.dns.zoneId }),
    logGroupArn: logs.groupArn,
    flowLogs: { groupName: `${logs.groupName}/flow`, keyArn: logs.keyArn, retentionDays },
    hostParts: [powerHost({ stack }), region.apply((place) => cloudwatchAgentHost({ stack, region: place }))],
  });
  return {
    machine,
    host: { machine, registryAuth: registryLogins(Object.values(settings.build.images)) },
    lookAfter({ engine, networkMode, watcher }) {
      const { instanceId } = machine;
      const { idleMinutes, schedule } = power;
      const sleeps = idleMinutes !== undefined || schedule?.stop !== undefined;
      new Meter("meter", { engine, networkMode, gpu, idleMinutes, watcherMetrics: watcher.metricsVolume });
      new Monitoring("monitoring", { ...account, ...monitoring, instanceId, keyArn: logs.keyArn, sleeps });
      if (schedule) {
        const instance = { id: instanceId, arn: machine.instanceArn };
        new PowerSchedule("power-schedule", { stack, accountId, instance, schedule });
      }
      new Backup("backup", { stack, accountId, dataVolumeTag: dataVolumeTag(stack) });
    },
  };
}

/** One login for each registry that an image is in; its password is good for twelve hours, so each run asks anew. */
function registryLogins(images: readonly string[]): RegistryLogin[] {
  const hosts = new Set(images.flatMap((image) => ECR.exec(image)?.[0] ?? []));
  return [...hosts].map((host) => {
    const [, registryId, region] = ECR.exec(host) ?? [];
    const token = getAuthorizationTokenOutput({ registryId, region });
    return { address: token.proxyEndpoint, username: token.userName, password: token.password };
  });
}
