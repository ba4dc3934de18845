import { expectAt } from "../core/expectation";
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
    expectAt(report, resource, "memorySwap", wanted, (value) => value === undefined || asNumber(value) >= 0);
  },
};
export default rule;
