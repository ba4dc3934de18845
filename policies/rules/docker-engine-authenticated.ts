import { expectAt, membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { isTrue, type Value } from "../core/value";
import { PROVIDER, providerSettings, REGISTRY_IMAGE, stringsAt } from "../facts/docker";
import { isSet } from "../facts/machines";

const ENGINE = "a local socket, ssh:// or TLS with certificates of both sides";
const REGISTRY = "a registry over TLS";
/** Nobody sits between this machine and itself. */
const HERE = "(localhost|127\\.[\\d.]+|\\[::1\\])(:|/|$)";
const IN_THE_CLEAR = new RegExp(`^\\s*http://(?!${HERE})`, "i");
/** 2376 is the port for TLS: its certificates may come from DOCKER_CERT_PATH, which no setting shows. */
const WITHOUT_TLS = new RegExp(`^\\s*(http|tcp(?!://[^/]*:2376(/|$)))://(?!${HERE})`, "i");
/** ssh takes an option's name in any case, and a blank for the sign between it and its value. */
const ANY_HOST_KEY =
  /(StrictHostKeyChecking[\s=]+"?(no|off)|UserKnownHostsFile[\s=]+"?(\/dev\/null|none))"?\s*$/i;

const rule: ResourceRule = {
  description: "The engine and the registries are known before anything is handed to them.",
  why: "Who sits between reads every secret of the stack and runs code in its name; an engine that asks nobody for a certificate makes everybody root.",
  fix: "reach the engine by its socket, by ssh:// with its host key pinned, or by tcp:// with certPath or caMaterial, certMaterial and keyMaterial; reach a registry by https://, and remove insecureSkipVerify.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "2.5" },
    { catalogue: "cis-docker", id: "2.7" },
  ],
  types: [PROVIDER, REGISTRY_IMAGE],
  checkResource(resource, report) {
    if (resource.type === PROVIDER) {
      checkProvider(providerSettings(resource), report);
    } else {
      expectAt(report, resource, "insecureSkipVerify", REGISTRY, (value) => !isTrue(value));
      expectAt(report, resource, "authConfig.address", REGISTRY, isEncrypted);
    }
  },
};
export default rule;

function checkProvider(provider: Resource, report: Report): void {
  const has = (key: string) => isSet(valueAt(provider, key));
  const hasCertificates = has("certPath") || (has("caMaterial") && has("certMaterial") && has("keyMaterial"));
  expectAt(report, provider, "host", ENGINE, (value) => hasCertificates || !WITHOUT_TLS.test(String(value)));
  for (const { path, text } of stringsAt(provider, "sshOpts", report)) {
    if (ANY_HOST_KEY.test(text)) {
      report.violation({ resource: provider, path, found: text, wanted: "a host key that is known" });
    }
  }
  for (const { path } of membersAt(report, provider, "registryAuth")) {
    expectAt(report, provider, `${path}.address`, REGISTRY, isEncrypted);
  }
}

function isEncrypted(address: Value): boolean {
  return !IN_THE_CLEAR.test(String(address));
}
