import type { Measured } from "../monitoring/embedded-metrics";
import type { GpuReading } from "../watcher/detection/gpu";
import type { GatewayFigures, WatcherFigures } from "./gateway-figures";

const DAY_MS = 86_400_000;

/** All that one look at the machine gives; what could not be asked is undefined. */
export interface Look {
  /** Milliseconds. */
  readonly at: number;
  readonly queued: number | undefined;
  readonly gateway: GatewayFigures | undefined;
  readonly watcher: WatcherFigures | undefined;
  /** Empty on a machine without. */
  readonly gpus: readonly GpuReading[] | undefined;
  /** Share in use of each disk, in percent. */
  readonly disks: readonly number[];
}

/** Turns looks at the machine into metrics; of counters, what was added since the look before. */
export class Measurement {
  #gateway: GatewayFigures | undefined;
  #watcher: WatcherFigures | undefined;

  measure({ at, queued, gateway, watcher, gpus = [], disks }: Look): Measured {
    const [gatewayBefore, watcherBefore] = [this.#gateway, this.#watcher];
    this.#gateway = gateway ?? gatewayBefore;
    this.#watcher = watcher ?? watcherBefore;
    return {
      GatewayUp: gateway?.up ? 1 : 0,
      ComfyUiUp: queued === undefined ? 0 : 1,
      QueueLength: queued,
      OpenSockets: gateway?.sockets,
      GpuUtilization: highest(gpus.map(({ utilization }) => utilization)),
      GpuMemoryUsed: highest(gpus.map(memoryShare)),
      DiskUsed: highest(disks),
      Unauthorized: added(gatewayBefore?.unauthorized, gateway?.unauthorized),
      RateLimited: added(gatewayBefore?.rateLimited, gateway?.rateLimited),
      CertificateDays:
        gateway?.certificateExpires === undefined
          ? undefined
          : round((gateway.certificateExpires - at) / DAY_MS),
      WatcherAlerts: watcher && Math.max(watcher.active, added(watcherBefore?.raised, watcher.raised) ?? 0),
    };
  }
}

/** Growth of a counter; one that is smaller than before has begun anew. Nothing is known of the time before the first. */
function added(before: number | undefined, now: number | undefined): number | undefined {
  if (before === undefined || now === undefined) {
    return now === undefined ? undefined : 0;
  }
  return now >= before ? now - before : now;
}

function memoryShare({ memoryUsed, memoryTotal }: GpuReading): number | undefined {
  return memoryUsed === undefined || !memoryTotal ? undefined : round((100 * memoryUsed) / memoryTotal);
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
