import { type Resource, valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { CONTAINER } from "../facts/docker";

/** Ports that a container publishes; one that the engine chooses counts by itself. */
function published(resource: Resource): { path: string; port: Value }[] {
  const ports = valueAt(resource, "ports");
  return (Array.isArray(ports) ? ports : []).map((_, at) => {
    const path = `ports[${at}]`;
    return { path, port: valueAt(resource, `${path}.external`) ?? `${resource.name} ${path}` };
  });
}

const rule: StackRule = {
  description: "The stack has one public way in: one published port.",
  why: "Each further port is a service that no gateway stands in front of.",
  fix: "publish the gateway's port on the pod alone.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    const containers = resources.filter(({ type }) => type === CONTAINER);
    const ways: { resource: Resource; path: string; port: Value }[] = [];
    for (const resource of containers) {
      if (valueAt(resource, "ports") === UNKNOWN) {
        report.unknown(resource, "ports");
      }
      ways.push(...published(resource).map((way) => ({ resource, ...way })));
    }
    const [first] = ways;
    for (const { resource, path, port } of ways) {
      if (port === UNKNOWN) {
        report.unknown(resource, `${path}.external`);
      } else if (resource !== first?.resource || String(port) !== String(first.port)) {
        const wanted = `one way in, ${String(first?.port)} of ${first?.resource.name}`;
        report.violation({ resource, path: `${path}.external`, found: port, wanted });
      }
    }
  },
};
export default rule;
