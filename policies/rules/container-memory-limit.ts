import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { asNumber, CONTAINER } from "../facts/docker";

const rule: ResourceRule = {
  description: "A container has a limit of memory, swap included.",
  why: "One workflow that loads too much takes the whole machine down, gateway and all.",
  fix: "set memory (MiB) and memorySwap to the same number.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "5.11" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    expectAt(report, resource, "memory", "a number of MiB above 0", (value) => asNumber(value) > 0);
    const wanted = "the same as memory, for no swap on top";
    // Left out, or 0, the engine adds as much swap again.
    const most = 2 * asNumber(valueAt(resource, "memory"));
    expectAt(report, resource, "memorySwap", wanted, (value) => {
      const swap = asNumber(value);
      return (value ?? undefined) === undefined || (swap >= 0 && !(swap > most));
    });
  },
};
export default rule;
