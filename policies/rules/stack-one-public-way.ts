import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN, type Value } from "../core/value";
import { CONTAINER, SERVICE } from "../facts/docker";
import { openGroups, publicWays } from "../facts/public-ways";

const rule: StackRule = {
  description:
    "The stack has one public way in: one published port, one public address or listener, one security group that is open.",
  why: "Each further port, address or load balancer is a service that no gateway stands in front of.",
  fix: "publish the gateway's port on the pod alone; give one machine the one Elastic IP, or put it behind one listener.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    checkPorts(resources, report);
    for (const ways of [publicWays(resources, report), openGroups(resources, report)]) {
      const [first, ...others] = ways;
      for (const { resource, path, what } of others) {
        const wanted = `one way in, ${first?.what} of ${first?.resource.name}`;
        report.violation({ resource, path, found: what, wanted });
      }
    }
  },
};
export default rule;

function checkPorts(resources: readonly Resource[], report: Report): void {
  const ways: { resource: Resource; path: string; port: Value }[] = [];
  for (const resource of resources.filter(({ type }) => type === CONTAINER || type === SERVICE)) {
    ways.push(...published(resource, report));
  }
  const [first] = ways;
  for (const { resource, path, port } of ways) {
    if (port === UNKNOWN) {
      report.unknown(resource, path);
    } else if (resource !== first?.resource || String(port) !== String(first.port)) {
      const wanted = `one way in, ${String(first?.port)} of ${first?.resource.name}`;
      report.violation({ resource, path, found: port, wanted });
    }
  }
}

/** Ports that a container or a service publishes; one that the engine chooses counts by itself. */
function published(resource: Resource, report: Report): { resource: Resource; path: string; port: Value }[] {
  const [list, key] =
    resource.type === SERVICE ? ["endpointSpec.ports", "publishedPort"] : ["ports", "external"];
  const ports = valueAt(resource, list);
  if (ports === UNKNOWN) {
    report.unknown(resource, list);
  }
  return (Array.isArray(ports) ? ports : []).map((_, at) => {
    const path = `${list}[${at}].${key}`;
    return { resource, path, port: valueAt(resource, path) ?? `${resource.name} ${list}[${at}]` };
  });
}
