import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { Interrupted, lastLines, UserError } from "../errors";
import type { Properties } from "../values";
import { nameOf, orGone, ownLabels, refuseForeign, statusOf } from "./docker-common";
import {
  type Context,
  type Handler,
  isSet,
  type Keys,
  list,
  number,
  records,
  stringMap,
  text,
} from "./handler";

const MIB = 1024 * 1024;

const keys: Keys = {
  name: true,
  image: true,
  command: true,
  entrypoints: true,
  envs: true,
  user: true,
  groupAdds: true,
  workingDir: true,
  hostname: true,
  domainname: true,
  labels: { label: true, value: true },
  networkMode: true,
  networksAdvanced: { name: true, aliases: true, ipv4Address: true },
  ports: { internal: true, external: true, ip: true, protocol: true },
  dns: true,
  dnsOpts: true,
  dnsSearches: true,
  hosts: { host: true, ip: true },
  mounts: {
    type: true,
    source: true,
    target: true,
    readOnly: true,
    bindOptions: { propagation: true },
    tmpfsOptions: { sizeBytes: true, mode: true },
    volumeOptions: { noCopy: true },
  },
  volumes: { volumeName: true, hostPath: true, containerPath: true, readOnly: true },
  tmpfs: "map",
  readOnly: true,
  capabilities: { adds: true, drops: true },
  securityOpts: true,
  privileged: true,
  init: true,
  ipcMode: true,
  pidMode: true,
  usernsMode: true,
  sysctls: "map",
  ulimits: { name: true, soft: true, hard: true },
  devices: { hostPath: true, containerPath: true, permissions: true },
  gpus: true,
  runtime: true,
  memory: true,
  memorySwap: true,
  memoryReservation: true,
  cpus: true,
  cpuShares: true,
  cpuSet: true,
  shmSize: true,
  healthcheck: { tests: true, interval: true, timeout: true, startPeriod: true, retries: true },
  restart: true,
  maxRetryCount: true,
  logDriver: true,
  logOpts: "map",
  stopSignal: true,
  stopTimeout: true,
  start: true,
  mustRun: true,
  wait: true,
  waitTimeout: true,
  destroyGraceSeconds: true,
  removeVolumes: true,
};

/** docker:index/container:Container. Every change replaces it: it is stateless by design, and one path is easier to trust. */
export const container: Handler = {
  noun: "container",
  keys,

  async create(inputs, context, exists) {
    const name = nameOf(inputs, context);
    const options = createOptions(inputs, name, ownLabels("container", inputs, context));
    await clearWay(name, context);
    const made = await context.docker.createContainer(options);
    exists(made.id);
    await connect(made, inputs, context);
    if (inputs.start !== false) await start(made, name, inputs, context);
    const seen = await made.inspect();
    return {
      id: made.id,
      outputs: {
        name,
        hostname: seen.Config.Hostname,
        ...(isSet(inputs, "ports") ? { ports: publishedPorts(seen) } : {}),
        networkDatas: Object.entries(seen.NetworkSettings.Networks ?? {}).map(([networkName, data]) => ({
          networkName,
          ipAddress: data.IPAddress,
          ipPrefixLength: data.IPPrefixLen,
          gateway: data.Gateway,
          globalIpv6Address: data.GlobalIPv6Address,
          globalIpv6PrefixLength: data.GlobalIPv6PrefixLen,
          ipv6Gateway: data.IPv6Gateway,
          macAddress: data.MacAddress,
        })),
      },
    };
  },

  async isIntact(entry, context) {
    const seen = await orGone(context.docker.getContainer(entry.id).inspect());
    if (seen === undefined) return false;
    if (entry.inputs.start === false || entry.inputs.mustRun === false) return true;
    if (!seen.State.Running) return false;
    // A holder of a shared namespace that was restarted has a new one; those inside the old one are cut off.
    const holderId = /^container:(.+)$/.exec(seen.HostConfig.NetworkMode ?? "")?.[1];
    if (holderId === undefined) return true;
    const holder = await orGone(context.docker.getContainer(holderId).inspect());
    return holder !== undefined && Date.parse(holder.State.StartedAt) <= Date.parse(seen.State.StartedAt);
  },

  async remove(entry, context) {
    await removeContainer(entry.id, context, entry.inputs);
  },
};

/** Makes the name free: a container of a run that died is removed. */
async function clearWay(name: string, context: Context): Promise<void> {
  const found = await orGone(context.docker.getContainer(name).inspect());
  // The engine also finds containers by the beginning of an id.
  if (found === undefined || found.Name !== `/${name}`) return;
  refuseForeign("container", name, found.Config.Labels, context);
  await removeContainer(found.Id, context);
}

/** Stops and removes a container and its anonymous volumes; one that is gone already is fine. */
export async function removeContainer(
  id: string,
  context: Pick<Context, "docker">,
  inputs: Properties = {},
): Promise<void> {
  const handle = context.docker.getContainer(id);
  // 304: it does not run.
  await orGone(handle.stop({ t: number(inputs, "destroyGraceSeconds") ?? 0 })).catch((error) => {
    if (statusOf(error) !== 304) throw error;
  });
  await orGone(handle.remove({ force: true, v: inputs.removeVolumes !== false })).catch((error) => {
    // 409: a removal is in progress already.
    if (statusOf(error) !== 409) throw error;
  });
  for (let tries = 0; tries < 50 && (await orGone(handle.inspect())) !== undefined; tries++) await sleep(100);
}

async function connect(made: Docker.Container, inputs: Properties, context: Context): Promise<void> {
  const networks = records(inputs, "networksAdvanced");
  if (networks.length === 0) return;
  await context.docker
    .getNetwork("bridge")
    .disconnect({ Container: made.id })
    .catch((error: unknown) => {
      if (!/is not connected to/.test(String(error))) throw error;
    });
  for (const target of networks) {
    const address = text(target, "ipv4Address");
    await context.docker.getNetwork(String(target.name)).connect({
      Container: made.id,
      EndpointConfig: {
        Aliases: list(target, "aliases"),
        ...(address ? { IPAMConfig: { IPv4Address: address } } : {}),
      },
    });
  }
}

async function start(
  made: Docker.Container,
  name: string,
  inputs: Properties,
  context: Context,
): Promise<void> {
  try {
    await made.start();
  } catch (error) {
    throw startError(error, name, inputs);
  }
  const limit = number(inputs, "waitTimeout") ?? 60;
  const deadline = Date.now() + limit * 1000;
  for (;;) {
    const { State: state } = await made.inspect();
    if (!state.Running && !state.Restarting && inputs.mustRun !== false) {
      throw new UserError(
        `The container "${name}" ended with code ${state.ExitCode}. Its last lines:\n${await logs(made)}`,
      );
    }
    if (inputs.wait !== true || state.Health?.Status === "healthy") return;
    if (state.Health === undefined)
      throw new UserError(`The container "${name}" has wait: true but no healthcheck.`);
    if (Date.now() > deadline) {
      throw new UserError(
        `The container "${name}" was not healthy within ${limit} s. Its last lines:\n${await logs(made)}`,
      );
    }
    if (context.signal.aborted) throw new Interrupted();
    context.detail(`health: ${state.Health.Status}`);
    await sleep(500);
  }
}

function startError(error: unknown, name: string, inputs: Properties): unknown {
  if (!/port is already allocated|address already in use/i.test(String(error))) return error;
  const ports = records(inputs, "ports").map((port) => port.external ?? port.internal);
  return new UserError(
    `The container "${name}" cannot start: port ${ports.join(", ")} is taken by another program. ` +
      "Free it, or take another: npm start -- --port <number>",
  );
}

/** The last lines that a container wrote. */
export async function logs(handle: Docker.Container, tail = 20): Promise<string> {
  const raw = await orGone(handle.logs({ stdout: true, stderr: true, tail }));
  return raw === undefined ? "(it is gone)" : lastLines(demultiplex(raw), tail) || "(it wrote nothing)";
}

/** Takes the 8-byte frame headers off a container's log; a terminal's log has none and is returned as it is. */
function demultiplex(raw: Buffer): string {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 8 <= raw.length && (raw[at] ?? 9) <= 2 && raw.readUIntBE(at + 1, 3) === 0) {
    const end = at + 8 + raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, end));
    at = end;
  }
  return at === 0 ? raw.toString("utf8") : Buffer.concat(parts).toString("utf8");
}

function publishedPorts(seen: Docker.ContainerInspectInfo) {
  return Object.entries(seen.NetworkSettings.Ports ?? {}).flatMap(([port, bindings]) => {
    const [internal, protocol] = port.split("/");
    return (bindings ?? []).map((binding) => ({
      internal: Number(internal),
      external: Number(binding.HostPort),
      ip: binding.HostIp,
      protocol,
    }));
  });
}

/** The inputs in the words of the Docker API. Units: memory, memorySwap, shmSize in MiB; times as Go writes them ("1m30s"). */
export function createOptions(
  inputs: Properties,
  name: string,
  labels: Record<string, string>,
): Docker.ContainerCreateOptions {
  const health = isSet(inputs, "healthcheck") ? (inputs.healthcheck as Properties) : undefined;
  const capabilities = (inputs.capabilities ?? {}) as Properties;
  const ports = records(inputs, "ports").map((port) => ({
    key: `${port.internal}/${port.protocol ?? "tcp"}`,
    binding: { HostIp: String(port.ip ?? "0.0.0.0"), HostPort: String(port.external ?? "") },
  }));
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { key, binding } of ports) bindings[key] = [...(bindings[key] ?? []), binding];
  const swap = number(inputs, "memorySwap");
  return {
    name,
    Image: String(inputs.image),
    Cmd: list(inputs, "command"),
    Entrypoint: list(inputs, "entrypoints"),
    Env: list(inputs, "envs"),
    User: text(inputs, "user"),
    WorkingDir: text(inputs, "workingDir"),
    Hostname: text(inputs, "hostname"),
    Domainname: text(inputs, "domainname"),
    Labels: labels,
    StopSignal: text(inputs, "stopSignal"),
    StopTimeout: number(inputs, "stopTimeout"),
    ExposedPorts: Object.fromEntries(ports.map(({ key }) => [key, {}])),
    Healthcheck: health && {
      Test: list(health, "tests") ?? [],
      Interval: nanoseconds(health, "interval"),
      Timeout: nanoseconds(health, "timeout"),
      StartPeriod: nanoseconds(health, "startPeriod"),
      Retries: number(health, "retries") ?? 0,
    },
    HostConfig: {
      NetworkMode: text(inputs, "networkMode") ?? "bridge",
      PortBindings: bindings,
      Dns: list(inputs, "dns"),
      DnsOptions: list(inputs, "dnsOpts"),
      DnsSearch: list(inputs, "dnsSearches"),
      ExtraHosts: records(inputs, "hosts").map((entry) => `${entry.host}:${entry.ip}`),
      Mounts: records(inputs, "mounts").map(mount),
      Binds: records(inputs, "volumes").map(
        (entry) =>
          `${entry.volumeName ?? entry.hostPath}:${entry.containerPath}${entry.readOnly === true ? ":ro" : ""}`,
      ),
      Tmpfs: stringMap(inputs, "tmpfs"),
      ReadonlyRootfs: inputs.readOnly === true,
      CapAdd: list(capabilities, "adds"),
      CapDrop: list(capabilities, "drops"),
      SecurityOpt: list(inputs, "securityOpts"),
      Privileged: inputs.privileged === true,
      Init: inputs.init === true,
      IpcMode: text(inputs, "ipcMode"),
      PidMode: text(inputs, "pidMode"),
      UsernsMode: text(inputs, "usernsMode"),
      GroupAdd: list(inputs, "groupAdds"),
      Sysctls: stringMap(inputs, "sysctls"),
      Ulimits: records(inputs, "ulimits").map((limit) => ({
        Name: String(limit.name),
        Soft: Number(limit.soft),
        Hard: Number(limit.hard),
      })),
      Devices: records(inputs, "devices").map((device) => ({
        PathOnHost: String(device.hostPath),
        PathInContainer: String(device.containerPath ?? device.hostPath),
        CgroupPermissions: String(device.permissions ?? "rwm"),
      })),
      DeviceRequests: gpuRequests(text(inputs, "gpus")),
      Runtime: text(inputs, "runtime"),
      Memory: (number(inputs, "memory") ?? 0) * MIB,
      MemoryReservation: (number(inputs, "memoryReservation") ?? 0) * MIB,
      MemorySwap: swap !== undefined && swap > 0 ? swap * MIB : swap,
      NanoCpus: Math.round(Number(inputs.cpus ?? 0) * 1e9),
      CpuShares: number(inputs, "cpuShares"),
      CpusetCpus: text(inputs, "cpuSet"),
      ShmSize: isSet(inputs, "shmSize") ? Number(inputs.shmSize) * MIB : undefined,
      RestartPolicy: {
        Name: text(inputs, "restart") ?? "no",
        MaximumRetryCount: number(inputs, "maxRetryCount"),
      },
      LogConfig: isSet(inputs, "logDriver")
        ? { Type: String(inputs.logDriver), Config: stringMap(inputs, "logOpts") ?? {} }
        : undefined,
    },
  };
}

function mount(entry: Properties): Docker.MountSettings {
  const { bindOptions, tmpfsOptions, volumeOptions } = entry as Record<string, Properties | undefined>;
  return {
    Type: entry.type as Docker.MountType,
    Source: String(entry.source ?? ""),
    Target: String(entry.target),
    ReadOnly: entry.readOnly === true,
    ...(bindOptions
      ? { BindOptions: { Propagation: bindOptions.propagation as Docker.MountPropagation } }
      : {}),
    ...(tmpfsOptions
      ? {
          TmpfsOptions: {
            SizeBytes: number(tmpfsOptions, "sizeBytes") ?? 0,
            Mode: number(tmpfsOptions, "mode") ?? 0o1777,
          },
        }
      : {}),
    ...(volumeOptions ? { VolumeOptions: { NoCopy: volumeOptions.noCopy === true } as never } : {}),
  };
}

function gpuRequests(gpus: string | undefined): Docker.DeviceRequest[] | undefined {
  if (gpus === undefined) return undefined;
  if (gpus !== "all")
    throw new UserError(`Container: gpus is ${JSON.stringify(gpus)}; the embedded engine knows "all".`);
  return [{ Count: -1, Capabilities: [["gpu"]] } as Docker.DeviceRequest];
}

const UNITS: Record<string, number> = { h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** Nanoseconds of a duration as Go writes it, such as "1m30s"; 0 when not set. */
export function nanoseconds(inputs: Properties, key: string): number {
  const value = text(inputs, key);
  if (value === undefined || value === "0") return 0;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)/g)];
  if (parts.map((part) => part[0]).join("") !== value) {
    throw new UserError(
      `${key} is ${JSON.stringify(value)}; a duration is written like "30s", "500ms" or "1m30s".`,
    );
  }
  return Math.round(parts.reduce((sum, part) => sum + Number(part[1]) * (UNITS[part[2] ?? ""] ?? 0), 0));
}
