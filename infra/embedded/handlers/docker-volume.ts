import { UserError } from "../errors";
import { isOurs, nameOf, orGone, ownLabels, refuseForeign } from "./docker-common";
import { type Handler, stringMap, text } from "./handler";

/**
 * docker:index/volume:Volume. A volume holds data: an update never removes one, and one of a run that died, or of a run
 * with other settings, is kept and used again.
 */
export const volume: Handler = {
  noun: "volume",
  holdsData: true,
  keys: { name: true, driver: true, driverOpts: "map", labels: { label: true, value: true } },

  async create(inputs, context, exists) {
    const labels = ownLabels("volume", inputs, context);
    const name = nameOf(inputs, context);
    const found = await orGone(context.docker.getVolume(name).inspect());
    if (found) refuseForeign("volume", name, found.Labels, context);
    else {
      await context.docker.createVolume({
        Name: name,
        Driver: text(inputs, "driver"),
        DriverOpts: stringMap(inputs, "driverOpts"),
        Labels: labels,
      });
    }
    exists(name);
    const seen = found ?? (await context.docker.getVolume(name).inspect());
    return { id: name, outputs: { name, driver: seen.Driver, mountpoint: seen.Mountpoint } };
  },

  async isIntact(entry, context) {
    const seen = await orGone(context.docker.getVolume(entry.id).inspect());
    if (seen) refuseForeign("volume", entry.id, seen.Labels, context);
    return seen !== undefined;
  },

  async remove(entry, context) {
    const handle = context.docker.getVolume(entry.id);
    const seen = await orGone(handle.inspect());
    if (seen === undefined) return;
    if (!isOurs(seen.Labels, context)) {
      throw new UserError(
        `The volume "${entry.id}" no longer carries our label; it was left alone. Remove it by hand.`,
      );
    }
    await orGone(handle.remove());
  },
};
