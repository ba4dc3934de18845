import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, isComfyUi } from "../facts/docker";

const rule: ResourceRule = {
  description:
    "ComfyUI has no network but that of another container, the pod; where it only tries a start, none at all.",
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
    const mode = valueAt(resource, "mustRun") === false ? /^(container:\S+|none)$/ : /^container:\S+$/;
    expectAt(report, resource, "networkMode", "container:ID of the pod", (value) => mode.test(String(value)));
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
