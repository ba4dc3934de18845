import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isTrue, UNKNOWN, type Value } from "../core/value";
import { CONTAINER, SERVICE } from "../facts/docker";

const COMFYUI = 8188;
const WANTED = "no way to 8188";

/** Every port and range in a value, as in [::]:8188:8188/tcp, too. Providers cut fractions off. */
function includesComfyUi(value: Value): boolean {
  const text = String(value);
  // An address of IPv6, in brackets, has colons and numbers of its own.
  const ports = text.slice(text.lastIndexOf("]") + 1).split(/[:/]/);
  return ports.some((port) => {
    const [first, last = first] = port.split("-");
    return Math.trunc(Number(first)) <= COMFYUI && COMFYUI <= Number(last);
  });
}

const rule: ResourceRule = {
  description: "ComfyUI's port 8188 is published on no address, and no container publishes all its ports.",
  why: "ComfyUI has no login: who reaches 8188 runs code. Scanners look for it on every address of the internet.",
  fix: "remove the port; the gateway's 443 is the only way in.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "5.8" },
    { catalogue: "cis-docker", id: "5.9" },
    { catalogue: "cis-docker", id: "5.14" },
  ],
  types: [CONTAINER, SERVICE],
  checkResource(resource, report) {
    expectAt(report, resource, "publishAllPorts", "false", (value) => !isTrue(value));
    for (const list of ["ports", "endpointSpec.ports"]) {
      const ports = valueAt(resource, list);
      if (ports === UNKNOWN) {
        report.unknown(resource, list);
      }
      for (const [at, port] of (Array.isArray(ports) ? ports : []).entries()) {
        const path = `${list}[${at}]`;
        if (typeof port !== "object") {
          expectAt(report, resource, path, WANTED, (value) => !includesComfyUi(value));
          continue;
        }
        for (const key of ["internal", "external", "targetPort", "publishedPort"]) {
          expectAt(report, resource, `${path}.${key}`, WANTED, (value) => !includesComfyUi(value));
        }
      }
    }
  },
};
export default rule;
