import { isIPv6 } from "node:net";
import { passwordProblem } from "../../components/gateway/authorizer/methods/password-strength";
import { cidrProblem } from "../../components/gateway/nginx/cidr";
import { nameInUrl } from "../../components/models/naming";
import { lookUp, problem, type SettingsProblem } from "./problems";
import type { CompleteSettings } from "./schema";
import type { SettingsSource } from "./types";

export function duplicateClients(clients: unknown): SettingsProblem[] {
  if (!Array.isArray(clients)) {
    return [];
  }
  const names = clients.map((entry) => (entry as { name?: unknown } | null)?.name);
  return names.flatMap((name, at) =>
    typeof name === "string" && names.indexOf(name) !== at ? [problem(["clients", at, "name"], name)] : [],
  );
}

export function weakPasswords(clients: unknown): SettingsProblem[] {
  if (!Array.isArray(clients)) {
    return [];
  }
  return clients.flatMap((entry, at) => {
    const { name, password } = (entry ?? {}) as { name?: unknown; password?: unknown };
    const weakness = typeof password === "string" ? passwordProblem(password, String(name)) : undefined;
    if (weakness === undefined) {
      return [];
    }
    const found = problem(["clients", at, "password"], password);
    return [{ ...found, value: `(secret) ${weakness}` }];
  });
}

export function methodsNotEnabled({ clients, methods }: CompleteSettings): SettingsProblem[] {
  return clients.flatMap((entry, at) =>
    (entry.methods ?? []).flatMap((method, position) =>
      methods.includes(method) ? [] : [problem(["clients", at, "methods", position], method)],
    ),
  );
}

/** A token's client is known by its `kid`, so a `kid` must mean one client only. */
export function ambiguousKids({ clients, jwt }: CompleteSettings): SettingsProblem[] {
  const kids = jwt.keys.map(({ kid }) => kid);
  const taken = new Set(clients.map(({ name }) => name));
  return kids.flatMap((kid, at) =>
    taken.has(kid) || kids.indexOf(kid) !== at ? [problem(["jwt", "keys", at, "kid"], kid)] : [],
  );
}

/** Entries that are no range, and an allowlist that could not do what it says. */
export function uselessAllowlist({
  allowedCidrs,
  domain,
  ipv6,
  target,
}: CompleteSettings): SettingsProblem[] {
  const entries = allowedCidrs.flatMap((cidr, at) => {
    const reason =
      cidrProblem(cidr) ??
      (isIPv6(cidr.split("/")[0] ?? "") && !ipv6
        ? "nobody connects over IPv6 without ipv6: true"
        : undefined);
    return reason === undefined ? [] : [{ path: ["allowedCidrs", at], value: cidr, reason }];
  });
  const onLoopback =
    target === "local" && domain === "localhost" && allowedCidrs.length > 0
      ? [
          {
            path: ["allowedCidrs"],
            value: allowedCidrs,
            reason:
              "with domain localhost only programs on this machine connect, and Docker's proxy hides their address",
          },
        ]
      : [];
  return [...onLoopback, ...entries].map(({ path, value, reason }) => {
    const found = problem(path, value);
    return { ...found, value: `${found.value}: ${reason}` };
  });
}

/** Two models of one path would replace each other on every run. Case does not tell them apart on every disk. */
export function duplicateModels({ models = [] }: CompleteSettings): SettingsProblem[] {
  const paths = models.map(({ folder, name, url }) => `${folder}/${name ?? nameInUrl(url)}`.toLowerCase());
  return paths.flatMap((path, at) =>
    paths.indexOf(path) !== at ? [problem(["models", at, "name"], path)] : [],
  );
}

export function missingFiles(raw: Record<string, unknown>, source: SettingsSource): SettingsProblem[] {
  const paths = [
    ["comfyui", "source"],
    ["build", "caBundle"],
    ["acme", "caBundle"],
  ];
  return paths.flatMap((path) => {
    const value = lookUp(raw, path);
    const isPath =
      typeof value === "string" && (path[1] === "caBundle" ? value !== "" : /^(\/|\.\.?\/)./.test(value));
    return isPath && !source.fileExists(value) ? [problem(path, value)] : [];
  });
}
