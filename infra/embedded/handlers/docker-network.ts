import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../errors";
import { isOurs, nameOf, orGone, ownLabels, refuseForeign, statusOf } from "./docker-common";
import { type Context, type Handler, records, stringMap, text } from "./handler";

/** How long endpoints of removed containers may linger, in milliseconds. */
const REMOVE_TIMEOUT_MS = 30_000;

interface Inspected {
  Id: string;
  Driver: string;
  Scope: string;
  Labels?: Record<string, string>;
  Containers?: Record<string, unknown>;
}

/** docker:index/network:Network */
export const network: Handler = {
  noun: "network",
  heldByContainers: true,
  keys: {
    name: true,
    driver: true,
    internal: true,
    attachable: true,
    ipv6: true,
    options: "map",
    labels: { label: true, value: true },
    ipamDriver: true,
    ipamConfigs: { subnet: true, ipRange: true, gateway: true, auxAddress: "map" },
  },

  async create(inputs, context, exists) {
    const labels = ownLabels("network", inputs, context);
    const name = nameOf(inputs, context);
    await clearWay(name, context);
    const ipamConfigs = records(inputs, "ipamConfigs").map((config) => ({
      Subnet: text(config, "subnet"),
      IPRange: text(config, "ipRange"),
      Gateway: text(config, "gateway"),
      AuxiliaryAddresses: stringMap(config, "auxAddress"),
    }));
    const made = await context.docker.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Driver: text(inputs, "driver"),
      Internal: inputs.internal === true,
      Attachable: inputs.attachable === true,
      EnableIPv6: inputs.ipv6 === true,
      Options: stringMap(inputs, "options"),
      Labels: labels,
      ...(ipamConfigs.length > 0 || text(inputs, "ipamDriver") !== undefined
        ? { IPAM: { Driver: text(inputs, "ipamDriver") ?? "default", Config: ipamConfigs as never } }
        : {}),
    });
    exists(made.id);
    const seen = (await made.inspect()) as Inspected;
    return { id: seen.Id, outputs: { name, driver: seen.Driver, scope: seen.Scope } };
  },

  async isIntact(entry, context) {
    return (await orGone(context.docker.getNetwork(entry.id).inspect())) !== undefined;
  },

  async remove(entry, context) {
    await removeNetwork(entry.id, context);
  },
};

/** Makes the name free: a network of a run that died is removed together with our containers in it. */
async function clearWay(name: string, context: Context): Promise<void> {
  const candidates = await context.docker.listNetworks({ filters: { name: [name] } });
  for (const { Id: id } of candidates.filter((candidate) => candidate.Name === name)) {
    const found = (await orGone(context.docker.getNetwork(id).inspect())) as Inspected | undefined;
    if (found === undefined) continue;
    refuseForeign("network", name, found.Labels, context);
    for (const containerId of Object.keys(found.Containers ?? {})) {
      const container = context.docker.getContainer(containerId);
      const seen = await orGone(container.inspect());
      if (seen && isOurs(seen.Config.Labels, context))
        await orGone(container.remove({ force: true, v: true }));
    }
    await removeNetwork(id, context);
  }
}

/** Removes a network, waiting for endpoints that are just going away. */
export async function removeNetwork(id: string, context: Pick<Context, "docker">): Promise<void> {
  const deadline = Date.now() + REMOVE_TIMEOUT_MS;
  for (;;) {
    try {
      await orGone(context.docker.getNetwork(id).remove());
      return;
    } catch (error) {
      const busy = statusOf(error) === 403 && /active endpoints/.test(String(error));
      if (!busy) throw error;
      if (Date.now() > deadline) {
        throw new UserError(
          `The network ${id.slice(0, 12)} is still used by containers that are not ours; disconnect them: docker network inspect ${id.slice(0, 12)}`,
        );
      }
    }
    await sleep(500);
  }
}
