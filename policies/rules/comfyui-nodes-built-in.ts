import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isTrue } from "../core/value";
import { CONTAINER } from "../facts/docker";
import { matches, SCRIPT_TYPES, scripts } from "../facts/scripts";

/** Ways in which a command puts nodes beside ComfyUI, or the manager that does. */
const FETCHES: readonly RegExp[] = [
  /\bgit\b[^\n;&|]* clone\b[^\n;&|]*\b(comfyui-manager|custom_nodes)\b/i,
  /\bcustom_nodes\b\/?["']? ?(&&|;|\n)[\s\S]{0,200}?\bgit\b[^\n;&|]* clone\b/,
  /\b(pip3?|pipx|uv)\b[^\n;&|]* (install|add)\b[^\n;&|]*\bcomfyui[-_]manager\b/i,
  /\bcomfy\b[^\n;&|]* (node|manager) (install|reinstall|update|enable|restore)/,
  /\b(curl|wget|unzip)\b[^\n;&|]*\bcustom_nodes\b/,
  /\btar\b[^\n;&|]* -?\w*x[^\n;&|]*\bcustom_nodes\b/,
];
const NODES = /(^|\/)custom_nodes(\/|$)/;

const rule: ResourceRule = {
  description:
    "Custom nodes come with ComfyUI's image: no command fetches any, and no mount lets them be written.",
  why: "A node is code that ComfyUI runs; what is fetched later, by ComfyUI-Manager or by hand, is what the GHOST botnet gets in by.",
  fix: "build the nodes into the image, each pinned by its commit; mount custom_nodes read-only, or not at all.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  types: SCRIPT_TYPES,
  checkResource(resource, report) {
    for (const { path, text } of scripts(resource, report)) {
      for (const found of matches(text, FETCHES)) {
        report.violation({ resource, path, found, wanted: "nodes that are part of the image" });
      }
    }
    if (resource.type === CONTAINER) {
      checkMounts(resource, "volumes", "containerPath", report);
      checkMounts(resource, "mounts", "target", report);
    }
  },
};
export default rule;

function checkMounts(resource: Resource, list: string, target: string, report: Report): void {
  for (const { path } of membersAt(report, resource, list)) {
    if (NODES.test(String(valueAt(resource, `${path}.${target}`)))) {
      expectAt(report, resource, `${path}.readOnly`, "true, for nodes that nobody changes", isTrue);
    }
  }
}
