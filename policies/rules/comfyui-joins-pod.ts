import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, isComfyUi } from "../facts/docker";

const rule: ResourceRule = {
  description: "ComfyUI has no network but that of another container, the pod.",
  why: "In a network of its own every neighbour reaches 8188, past gateway and firewall.",
  fix: "set networkMode to container:ID of the pod, and no networksAdvanced.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  types: [CONTAINER],
  checkResource(resource, report) {
    if (!isComfyUi(resource, report)) {
      return;
    }
    expectAt(report, resource, "networkMode", "container:ID of the pod", (value) =>
      /^container:\S+$/.test(String(value ?? "")),
    );
    expectAt(
      report,
      resource,
      "networksAdvanced",
      "none",
      (value) => !Array.isArray(value) || value.length === 0,
    );
  },
};
export default rule;
