import { resolve } from "node:path";
import type { z } from "zod";
import type { DnsHost } from "../../components/certificate/args";
import { requestProblems } from "../../components/certificate/validation";
import { lookUp, problem, type SettingsProblem, show } from "./problems";
import { acme } from "./schema";
import type { SettingsSource } from "./types";

const HOOKS = ["auth-hook", "cleanup-hook"];

/** What the certificate component takes; without a DNS host, which `acmeProblems` refuses, an empty zone. */
export function certificateRequest({ email = "", dnsHooks, zoneId = "", ...request }: z.infer<typeof acme>) {
  const dns: DnsHost =
    dnsHooks === undefined ? { host: "route53", zoneId } : { host: "hooks", folder: resolve(dnsHooks) };
  return { ...request, email, dns };
}

/** Whether the domain and `acme` are what the authority can be asked for; wrong types are the schema's to tell. */
export function acmeProblems(raw: Record<string, unknown>, source: SettingsSource): SettingsProblem[] {
  if (raw.certificate !== "letsencrypt") {
    return raw.acme === undefined ? [] : [problem(["acme"], raw.acme)];
  }
  const settings = acme.safeParse(raw.acme ?? {});
  if (!settings.success) {
    return [];
  }
  const { dnsHooks, zoneId } = settings.data;
  const request = { ...certificateRequest(settings.data), domains: [String(raw.domain ?? "localhost")] };
  const found = requestProblems(request).map(({ path, reason }) => {
    const { key, ...guidance } = ACME_KEYS[path] ?? { key: path };
    return { ...problem(key.split("."), lookUp(raw, key.split("."))), ...guidance, reason };
  });
  const missing = HOOKS.filter((hook) => dnsHooks !== undefined && !source.fileExists(`${dnsHooks}/${hook}`));
  return [
    // A missing value speaks for itself; the DNS host is looked at below.
    ...found
      .filter(({ key }) => key !== "acme.zoneId" || zoneId !== undefined)
      .map(({ reason, ...one }) => (one.value === show(undefined) ? one : { ...one, value: reason })),
    ...(dnsHooks === undefined && zoneId === undefined ? [noDnsHost(raw.target === "aws")] : []),
    ...(dnsHooks !== undefined && zoneId !== undefined ? [problem(["acme", "zoneId"], zoneId)] : []),
    ...missing.map((hook) => problem(["acme", "dnsHooks"], `${dnsHooks}/${hook}`)),
  ];
}

function noDnsHost(isAws: boolean): SettingsProblem {
  return isAws
    ? {
        ...problem(["acme", "zoneId"], undefined),
        allowed: "with target aws: the id of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ",
        fix: "set vm.hostedZoneId to the zone that holds the domain, or certificate to private-ca",
      }
    : problem(["acme", "dnsHooks"], undefined);
}

/** The setting behind a property of a certificate request, with its own words where they differ from the setting's. */
const ACME_KEYS: Readonly<Record<string, { key: string; allowed?: string; fix?: string }>> = {
  "domains[0]": {
    key: "domain",
    allowed: "with certificate letsencrypt: a public host name of your own, such as comfy.example.com",
    fix: "set domain to that name, or certificate to private-ca",
  },
  email: { key: "acme.email" },
  directoryUrl: { key: "acme.directoryUrl" },
  "dns.zoneId": { key: "acme.zoneId" },
  "dns.folder": { key: "acme.dnsHooks" },
};
