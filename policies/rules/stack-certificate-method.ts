import { type Resource, valueAt } from "../core/resource";
import type { Report, StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER, stringsAt } from "../facts/docker";
import { scripts } from "../facts/scripts";
import { type PortRange, securityGroupRules } from "../facts/security-group-rules";

/** Ways to prove a name that Let's Encrypt's servers come in for, with the port that they come to. */
const CHALLENGES: readonly { readonly port: number; readonly name: string; readonly looks: RegExp }[] = [
  {
    port: 80,
    name: "HTTP-01",
    looks:
      /\bcertbot\b.*\s(--standalone|--webroot|--nginx|--apache|(-a|-i|--installer|--authenticator)[\s=]*(standalone|webroot|nginx|apache)|--preferred-challenges[\s=]+\S*http)|\blego\b.*\s--http\b|\bacme\.sh\b.*\s(--standalone|-w\b|--webroot|--nginx|--apache)/,
  },
  { port: 443, name: "TLS-ALPN-01", looks: /\blego\b.*\s--tls\b|\bacme\.sh\b.*\s--alpn\b/ },
];
/** What asks for a certificate and says how it proves the name by DNS. */
const ASKS = /\bcertbot\b.*\s(certonly|run)\b/;
const BY_DNS = /\s(--dns-|(-a|--authenticator)[\s=]*dns-|--preferred-challenges[\s=]+dns|--manual\b)/;

const rule: StackRule = {
  description: "The way in which the certificate is asked for is one that the stack's ports allow.",
  why: "HTTP-01 needs port 80 from everywhere: the certificate ends unrenewed, or somebody opens 80 to renew it.",
  fix: "prove the name by DNS-01 (certbot certonly --dns-route53), which needs no port.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  checkStack({ resources }, report) {
    for (const resource of resources) {
      for (const { path, text } of texts(resource, report)) {
        const challenge = CHALLENGES.find(({ looks }) => looks.test(text));
        if (challenge !== undefined) {
          const open = isOpen(challenge.port, resources);
          if (open === undefined) {
            report.unknown(resource, path);
          } else if (!open) {
            const found = `${challenge.name}, with port ${challenge.port} shut`;
            report.violation({ resource, path, found, wanted: "DNS-01" });
          }
        } else if (ASKS.test(text) && !BY_DNS.test(text)) {
          report.violation({
            resource,
            path,
            found: "certbot without a way to prove the name",
            wanted: "DNS-01",
          });
        }
      }
    }
  },
};
export default rule;

/** What the resource runs, and what it is told by its environment. */
function texts(resource: Resource, report: Report) {
  return [...scripts(resource, report), ...stringsAt(resource, "envs", report)];
}

/** Whether the stack lets the port in: undefined while that is not known. */
function isOpen(port: number, resources: readonly Resource[]): boolean | undefined {
  const doors = resources.flatMap((one): (PortRange | typeof UNKNOWN)[] => [
    ...inboundPorts(one),
    ...publishedPorts(one),
  ]);
  if (doors.some((door) => door !== UNKNOWN && door.first <= port && port <= door.last)) {
    return true;
  }
  return doors.includes(UNKNOWN) ? undefined : false;
}

function inboundPorts(resource: Resource): (PortRange | typeof UNKNOWN)[] {
  const unknown: (typeof UNKNOWN)[] = [];
  const rules = securityGroupRules(resource, () => unknown.push(UNKNOWN));
  return [...unknown, ...rules.filter(({ direction }) => direction === "ingress").map(({ ports }) => ports)];
}

function publishedPorts(resource: Resource): (PortRange | typeof UNKNOWN)[] {
  const list = resource.type === CONTAINER ? valueAt(resource, "ports") : undefined;
  if (list === UNKNOWN) {
    return [UNKNOWN];
  }
  return (Array.isArray(list) ? list : []).map((_, at) => {
    const port = valueAt(resource, `ports[${at}].external`);
    return port === UNKNOWN ? UNKNOWN : { first: Number(port), last: Number(port) };
  });
}
