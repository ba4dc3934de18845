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
      for (const { resource, path, what } of ways.slice(1)) {
        report.violation({ resource, path, found: what, wanted: oneWay(ways, ({ what: first }) => first) });
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
  for (const { resource, path, port } of ways) {
    const isFirst = ways
      .slice(0, 1)
      .every((one) => one.resource === resource && String(one.port) === String(port));
    if (port === UNKNOWN) {
      report.unknown(resource, path);
    } else if (!isFirst) {
      report.violation({ resource, path, found: port, wanted: oneWay(ways, (first) => String(first.port)) });
    }
  }
}

function oneWay<Way extends { readonly resource: Resource }>(
  ways: readonly Way[],
  say: (first: Way) => string,
): string {
  return ways
    .slice(0, 1)
    .map((first) => `one way in, ${say(first)} of ${first.resource.name}`)
    .join();
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
