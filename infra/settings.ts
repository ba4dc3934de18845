import { resolve } from "node:path";
import { z } from "zod";
import type { DnsHost } from "../components/certificate/args";
import { requestProblems } from "../components/certificate/validation";
import { JWT_ALGORITHMS, type JwtAlgorithm } from "../components/gateway/authorizer/methods/jwt-keys";
import { METHOD_NAMES, type MethodName } from "../components/gateway/authorizer/methods/names";
import { passwordProblem } from "../components/gateway/authorizer/methods/password-strength";

/** What a client may do; each role includes the one before it. */
export type Role = "worker" | "user" | "admin";

/** One caller of the gateway. */
export interface ClientSettings {
  readonly name: string;
  readonly role: Role;
  /** How the client may authenticate. */
  readonly methods: readonly MethodName[];
  /** Password of its own choice for basic (secret); generated when absent. */
  readonly password?: string;
  /** Prompts per time, e.g. `10r/m`. */
  readonly rate: string;
  /** Prompts that may come at once on top of the rate. */
  readonly burst: number;
  /** Counts the client's credentials; one more makes new ones. */
  readonly generation: number;
  /** Whether the credentials of the generation before are refused. */
  readonly retirePrevious: boolean;
}

/** A key by which another issuer signs tokens. */
export interface JwtKeySettings {
  readonly kid: string;
  readonly algorithm: JwtAlgorithm;
  /** HS*: the secret in base64url. Others: the public key in PEM. */
  readonly key: string;
  readonly role: Role;
  /** Client that the tokens count for; the `kid` when absent. */
  readonly client?: string;
}

/** Everything that can be set, validated and complete. See Pulumi.README.yaml for meanings and defaults. */
export interface Settings {
  readonly stack: string;
  readonly target: "local";
  readonly domain: string;
  readonly port: number;
  readonly certificate: "private-ca" | "letsencrypt";
  /** Whom to ask for the server's certificate, and how; there with `letsencrypt` only. */
  readonly acme?: {
    readonly email: string;
    /** `production`, `staging`, or the https URL of another authority's directory. */
    readonly directoryUrl: string;
    /** Where the domain's DNS is hosted; a folder in it is absolute. */
    readonly dns: DnsHost;
    /** PEM file whose certificates are trusted when talking to the authority. */
    readonly caBundle?: string;
  };
  readonly methods: readonly MethodName[];
  /** Whether a client certificate is needed on top of any other method. */
  readonly requireClientCertificate: boolean;
  readonly clients: readonly ClientSettings[];
  readonly jwt: {
    /** What tokens must have as `iss`. */
    readonly issuer: string;
    /** What tokens must have in `aud`. Defaults to the endpoint's URL. */
    readonly audience: string;
    /** Claim that names the tenant. */
    readonly tenantClaim: string;
    /** Longest life of a token, in seconds. */
    readonly maxLifetimeSeconds: number;
    /** Keys of another issuer of tokens, besides the generated ones. */
    readonly keys: readonly JwtKeySettings[];
  };
  readonly comfyui: {
    /** `auto`, `official`, `stand-in`, or the path of a checkout. */
    readonly source: string;
    readonly commit: string;
    readonly accelerator: "cpu" | "cuda";
    /** Node classes that are refused besides the built-in list. */
    readonly deniedNodes: readonly string[];
    /** When given, every other node class is refused. */
    readonly allowedNodes?: readonly string[];
  };
  readonly build: {
    readonly baseImage: string;
    /** PEM files whose certificates image builds trust. */
    readonly caBundles: readonly string[];
  };
}

/** One thing wrong with the settings, with all that is needed to mend it. */
export interface SettingsProblem {
  readonly key: string;
  readonly value: string;
  readonly allowed: string;
  readonly fix: string;
}

/** Thrown once, with every problem found; nothing has been created by then. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly SettingsProblem[]) {
    super(
      [
        `${problems.length} problem${problems.length === 1 ? "" : "s"} in the settings; nothing was created.`,
        ...problems.map((p) => `  ${p.key}: ${p.value}\n    allowed: ${p.allowed}\n    fix:     ${p.fix}`),
      ].join("\n"),
    );
    this.name = "SettingsError";
  }
}

/** Where the settings come from, so that reading them needs neither Pulumi nor the machine. */
export interface SettingsSource {
  readonly stack: string;
  /** The project's configuration: key without namespace to raw value (JSON text where it is structured). */
  readonly config: Readonly<Record<string, string>>;
  /** Environment variables; only SSL_CERT_FILE and NODE_EXTRA_CA_CERTS are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a file can be read. */
  readonly fileExists: (path: string) => boolean;
}

const NAMESPACE = "comfy-fortress:";

/** The pinned release of ComfyUI: 0.38.1, after the fixes of July 2026. */
const OFFICIAL_COMMIT = "20ca544ee0436721d8eb5f544665e490609f72c8";
/** What images are built on unless `build.baseImage` says otherwise: Debian trixie-slim. */
export const DEFAULT_BASE_IMAGE =
  "debian:trixie-slim@sha256:d7e12182ce18b85b93007c1dedf31f2d29e01ccf3182cc4017c709b6259bc132";

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const IMAGE_BY_DIGEST = /^[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}$/;
const STACK_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const RATE = /^[1-9][0-9]{0,4}r\/[smh]$/;
const CLIENT_NAME = /^[a-z][a-z0-9-]{0,31}$/;

const role = z.enum(["worker", "user", "admin"]);
const client = z.strictObject({
  name: z.string().regex(CLIENT_NAME),
  role,
  methods: z.array(z.enum(METHOD_NAMES)).min(1).optional(),
  password: z.string().optional(),
  rate: z.string().regex(RATE).default("10r/m"),
  burst: z.int().min(0).max(1000).default(5),
  generation: z.int().min(1).max(1_000_000).default(1),
  retirePrevious: z.boolean().default(false),
});
const jwtKey = z.strictObject({
  kid: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  algorithm: z.enum(JWT_ALGORITHMS),
  key: z.string().min(1),
  role,
  client: z.string().regex(CLIENT_NAME).optional(),
});
const acme = z.strictObject({
  email: z.string().optional(),
  directoryUrl: z.string().default("production"),
  dnsHooks: z
    .string()
    .regex(/^(\/|\.\.?\/)./)
    .optional(),
  zoneId: z.string().optional(),
  caBundle: z.string().min(1).optional(),
});
const nodeClasses = z.array(z.string().min(1).max(200)).max(10_000);

const schema = z.strictObject({
  target: z.enum(["local"]).default("local"),
  domain: z.string().regex(HOST_NAME).default("localhost"),
  port: z.int().min(1).max(65535).default(8443),
  certificate: z.enum(["private-ca", "letsencrypt"]).default("private-ca"),
  acme: acme.optional(),
  methods: z.array(z.enum(METHOD_NAMES)).min(1).default(["apiKey"]),
  requireClientCertificate: z.boolean().default(false),
  jwt: z
    .strictObject({
      issuer: z.string().min(1).max(200).default("comfy-fortress"),
      audience: z.string().min(1).max(200).optional(),
      tenantClaim: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_.:/-]{0,99}$/)
        .default("sub"),
      maxLifetimeSeconds: z.int().min(60).max(31_536_000).default(86_400),
      keys: z.array(jwtKey).max(100).default([]),
    })
    .prefault({}),
  clients: z
    .array(client)
    .min(1)
    .max(10_000)
    .prefault([
      { name: "worker", role: "worker" },
      { name: "me", role: "admin" },
    ]),
  comfyui: z
    .strictObject({
      source: z
        .union([z.enum(["auto", "official", "stand-in"]), z.string().regex(/^(\/|\.\.?\/)./)])
        .default("auto"),
      commit: z
        .string()
        .regex(/^[0-9a-f]{40}$/)
        .default(OFFICIAL_COMMIT),
      accelerator: z.enum(["cpu", "cuda"]).default("cpu"),
      deniedNodes: nodeClasses.default([]),
      allowedNodes: nodeClasses.min(1).optional(),
    })
    .prefault({}),
  build: z
    .strictObject({
      baseImage: z.string().regex(IMAGE_BY_DIGEST).default(DEFAULT_BASE_IMAGE),
      caBundle: z.string().min(1).optional(),
    })
    .prefault({}),
});

/** What to say about a key, by its path with list positions left out. */
const GUIDANCE: Readonly<Record<string, { allowed: string; fix: string }>> = {
  stack: {
    allowed: "1 to 32 of a-z, 0-9 and -, beginning with a letter",
    fix: "choose another stack name: it becomes part of container and image names",
  },
  target: {
    allowed: "local",
    fix: "set it to local; the AWS virtual machine is not built yet (README, limits)",
  },
  domain: {
    allowed: "a host name in lower case, such as localhost or comfy.example.com",
    fix: "give the bare host name: no scheme, port, path, underscore or upper case",
  },
  port: { allowed: "a whole number from 1 to 65535", fix: "set a free port, such as 8443" },
  certificate: {
    allowed: "private-ca, letsencrypt",
    fix: "set private-ca, or letsencrypt for a domain whose DNS you can write to",
  },
  acme: {
    allowed: "with certificate letsencrypt: an object {email, directoryUrl, dnsHooks or zoneId, caBundle}",
    fix: "set certificate to letsencrypt too, or remove the key",
  },
  "acme.email": {
    allowed: "one mail address, such as admin@example.com",
    fix: "give the address that the authority may send notices to",
  },
  "acme.directoryUrl": {
    allowed: "production, staging, or an https URL without credentials or fragment",
    fix: "try with staging first, then remove the key",
  },
  "acme.dnsHooks": {
    allowed:
      "the path of a folder with auth-hook and cleanup-hook (absolute, or beginning with ./ or ../), or zoneId",
    fix: "give one of dnsHooks and zoneId: how the domain is proven to be yours (Pulumi.README.yaml)",
  },
  "acme.zoneId": {
    allowed: "the id of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ, or dnsHooks",
    fix: "give the id of the zone that holds the domain, or dnsHooks for another DNS host; not both",
  },
  "acme.caBundle": { allowed: "the path of a readable PEM file", fix: "correct the path or remove the key" },
  methods: {
    allowed: "a list with at least one of: apiKey, basic, jwt, mtls",
    fix: "list the ways in that clients use, e.g. [apiKey, basic]",
  },
  clients: {
    allowed: "a list of 1 to 10000 clients, each {name, role, rate, burst, generation, retirePrevious}",
    fix: "list at least one client, e.g. [{name: me, role: admin}]",
  },
  "clients.name": {
    allowed: "1 to 32 of a-z, 0-9 and -, beginning with a letter, no two alike",
    fix: "rename the client: its name becomes a folder and part of resource names",
  },
  "clients.role": {
    allowed: "worker, user, admin",
    fix: "choose the smallest role that does the client's work",
  },
  requireClientCertificate: {
    allowed: "true, false",
    fix: "set it to true to ask for a client certificate on top of any other method",
  },
  "clients.methods": {
    allowed: "a list with at least one of the enabled methods",
    fix: "list methods that are in `methods` too, or remove the key for all of them",
  },
  "clients.password": {
    allowed: "12 to 128 characters, not made of common words or the client's name",
    fix: "choose a better one, or remove the key and let the stack generate one",
  },
  jwt: {
    allowed: "an object {issuer, audience, tenantClaim, maxLifetimeSeconds, keys}",
    fix: "see Pulumi.README.yaml",
  },
  "jwt.issuer": { allowed: "1 to 200 characters", fix: "give what your tokens have as iss" },
  "jwt.audience": { allowed: "1 to 200 characters", fix: "give what your tokens have in aud" },
  "jwt.tenantClaim": {
    allowed: "the name of a claim, beginning with a letter or _",
    fix: "name the claim that says whose data the bearer works on, e.g. sub",
  },
  "jwt.maxLifetimeSeconds": {
    allowed: "a whole number of seconds from 60 to 31536000",
    fix: "set the longest life you give a token; short is better",
  },
  "jwt.keys": {
    allowed: "a list of at most 100 keys, each {kid, algorithm, key, role, client}",
    fix: "see Pulumi.README.yaml",
  },
  "jwt.keys.kid": {
    allowed: "1 to 128 visible ASCII characters, no two alike, none a client's name",
    fix: "give the kid that your tokens have in their header",
  },
  "jwt.keys.algorithm": {
    allowed: JWT_ALGORITHMS.join(", "),
    fix: "give the one algorithm that this key signs with",
  },
  "jwt.keys.key": {
    allowed: "HS*: the secret in base64url; others: the public key in PEM",
    fix: "give the key; keep secrets encrypted with pulumi config set --secret",
  },
  "jwt.keys.role": { allowed: "worker, user, admin", fix: "choose the smallest role that does the work" },
  "jwt.keys.client": { allowed: "a name like a client's", fix: "rename it or remove the key" },
  "clients.rate": {
    allowed: "a whole number from 1 to 99999, then r/s, r/m or r/h, e.g. 10r/m",
    fix: "say how many prompts the client may post per second, minute or hour",
  },
  "clients.burst": {
    allowed: "a whole number from 0 to 1000",
    fix: "say how many prompts may come at once on top of the rate",
  },
  "clients.generation": {
    allowed: "a whole number from 1",
    fix: "raise it by one to give the client a new key",
  },
  "clients.retirePrevious": {
    allowed: "true, false",
    fix: "set it to true once the client uses its new key",
  },
  comfyui: {
    allowed: "an object {source, commit, accelerator, deniedNodes, allowedNodes}",
    fix: "see Pulumi.README.yaml",
  },
  "comfyui.source": {
    allowed: "auto, official, stand-in, or the path of a checkout (absolute, or beginning with ./ or ../)",
    fix: "a path that exists on this machine and begins with /, ./ or ../, or one of the words",
  },
  "comfyui.commit": {
    allowed: "40 lower-case hexadecimal digits",
    fix: "give the full commit id; branches and tags move and are not accepted",
  },
  "comfyui.accelerator": { allowed: "cpu, cuda", fix: "set cpu on a machine without an NVIDIA GPU" },
  "comfyui.deniedNodes": {
    allowed: "a list of node class names",
    fix: "list names as they stand in class_type, e.g. [SomeNode]",
  },
  "comfyui.allowedNodes": {
    allowed: "a list of at least one node class name",
    fix: "list every node class your workflows use, or remove the key to allow all but the denied ones",
  },
  build: { allowed: "an object {baseImage, caBundle}", fix: "see Pulumi.README.yaml" },
  "build.baseImage": {
    allowed: "a Debian trixie image by digest: name@sha256:<64 hexadecimal digits>",
    fix: "pin the image by digest: a tag can be moved to another image",
  },
  "build.caBundle": { allowed: "the path of a readable PEM file", fix: "correct the path or remove the key" },
};

const STRUCTURED: ReadonlySet<string> = new Set([
  "port",
  "methods",
  "requireClientCertificate",
  "acme",
  "clients",
  "jwt",
  "comfyui",
  "build",
]);
/** Keys whose value is a secret: problems never show it. */
const SECRET: ReadonlySet<string> = new Set(["clients.password", "jwt.keys.key"]);

/**
 * Reads and validates all settings.
 *
 * @throws SettingsError with every problem at once: unknown keys, wrong types and values, duplicates, missing files.
 */
export function readSettings(source: SettingsSource): Settings {
  const problems: SettingsProblem[] = [];
  const raw: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(source.config)) {
    raw[key] = STRUCTURED.has(key) ? parsed(text) : text;
  }

  const result = schema.safeParse(raw);
  if (!result.success) {
    problems.push(...result.error.issues.flatMap((issue) => explain(issue, raw)));
  }
  if (!STACK_NAME.test(source.stack)) {
    problems.push(problem(["stack"], source.stack));
  }
  problems.push(...duplicateClients(raw.clients));
  problems.push(...weakPasswords(raw.clients));
  if (result.success) {
    problems.push(...methodsNotEnabled(result.data), ...ambiguousKids(result.data));
  }
  problems.push(...missingFiles(raw, source));
  const known = new Set(problems.map(({ key }) => key));
  problems.push(...acmeProblems(raw, source).filter(({ key }) => !known.has(key)));
  if (!result.success || problems.length > 0) {
    throw new SettingsError(problems);
  }

  const { build, clients, jwt, acme: request, ...settings } = result.data;
  const portSuffix = settings.port === 443 ? "" : `:${settings.port}`;
  return deepFreeze({
    stack: source.stack,
    ...settings,
    clients: clients.map((entry) => ({ ...entry, methods: entry.methods ?? settings.methods })),
    ...(request && { acme: certificateRequest(request) }),
    jwt: { ...jwt, audience: jwt.audience ?? `https://${settings.domain}${portSuffix}` },
    build: { baseImage: build.baseImage, caBundles: caBundles(build.caBundle, source) },
  });
}

/** The project's own keys of a Pulumi configuration, without their namespace. */
export function projectConfig(all: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(all).filter(([key]) => key.startsWith(NAMESPACE));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(NAMESPACE.length), value]));
}

/** A structured value as the program sees it; text that is no JSON stays text and fails the schema with its value. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function explain(issue: z.core.$ZodIssue, raw: unknown): SettingsProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(GUIDANCE)
      .filter((key) => key !== "stack" && parentOf(key) === generic(issue.path))
      .map((key) => key.split(".").at(-1));
    return issue.keys.map((key) => ({
      key: [...issue.path, key].join("."),
      value: show(lookUp(raw, [...issue.path, key])),
      allowed: `the keys ${known.join(", ")}`,
      fix: "remove the key or correct its spelling; Pulumi.README.yaml lists every key",
    }));
  }
  return [problem(issue.path, lookUp(raw, issue.path))];
}

function problem(path: readonly PropertyKey[], value: unknown): SettingsProblem {
  const guidance = GUIDANCE[generic(path)] ?? GUIDANCE[parentOf(generic(path))];
  return {
    key: path.map(String).join("."),
    value: SECRET.has(generic(path)) && value !== undefined ? "(secret)" : show(value),
    allowed: guidance?.allowed ?? "see Pulumi.README.yaml",
    fix: guidance?.fix ?? "see Pulumi.README.yaml",
  };
}

/** `clients.0.name` is described under `clients.name`. */
function generic(path: readonly PropertyKey[]): string {
  return path.filter((part) => typeof part !== "number").join(".");
}

function parentOf(key: string): string {
  return key.includes(".") ? key.slice(0, key.lastIndexOf(".")) : "";
}

function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

function show(value: unknown): string {
  const text = value === undefined ? "(missing)" : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function duplicateClients(clients: unknown): SettingsProblem[] {
  if (!Array.isArray(clients)) {
    return [];
  }
  const names = clients.map((entry) => (entry as { name?: unknown } | null)?.name);
  return names.flatMap((name, at) =>
    typeof name === "string" && names.indexOf(name) !== at ? [problem(["clients", at, "name"], name)] : [],
  );
}

function weakPasswords(clients: unknown): SettingsProblem[] {
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

function methodsNotEnabled({ clients, methods }: z.infer<typeof schema>): SettingsProblem[] {
  return clients.flatMap((entry, at) =>
    (entry.methods ?? []).flatMap((method, position) =>
      methods.includes(method) ? [] : [problem(["clients", at, "methods", position], method)],
    ),
  );
}

/** A token's client is known by its `kid`, so a `kid` must mean one client only. */
function ambiguousKids({ clients, jwt }: z.infer<typeof schema>): SettingsProblem[] {
  const kids = jwt.keys.map(({ kid }) => kid);
  const taken = new Set(clients.map(({ name }) => name));
  return kids.flatMap((kid, at) =>
    taken.has(kid) || kids.indexOf(kid) !== at ? [problem(["jwt", "keys", at, "kid"], kid)] : [],
  );
}

function missingFiles(raw: Record<string, unknown>, source: SettingsSource): SettingsProblem[] {
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

const HOOKS = ["auth-hook", "cleanup-hook"];

/** What the certificate component takes; without a DNS host, which `acmeProblems` refuses, an empty zone. */
function certificateRequest({ email = "", dnsHooks, zoneId = "", ...request }: z.infer<typeof acme>) {
  const dns: DnsHost =
    dnsHooks === undefined ? { host: "route53", zoneId } : { host: "hooks", folder: resolve(dnsHooks) };
  return { ...request, email, dns };
}

/** Whether the domain and `acme` are what the authority can be asked for; wrong types are the schema's to tell. */
function acmeProblems(raw: Record<string, unknown>, source: SettingsSource): SettingsProblem[] {
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
    ...(dnsHooks === undefined && zoneId === undefined ? [problem(["acme", "dnsHooks"], undefined)] : []),
    ...(dnsHooks !== undefined && zoneId !== undefined ? [problem(["acme", "zoneId"], zoneId)] : []),
    ...missing.map((hook) => problem(["acme", "dnsHooks"], `${dnsHooks}/${hook}`)),
  ];
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

function caBundles(setting: string | undefined, source: SettingsSource): string[] {
  if (setting !== undefined) {
    return [setting];
  }
  const named = [source.env.SSL_CERT_FILE, source.env.NODE_EXTRA_CA_CERTS].filter(
    (path) => path !== undefined,
  );
  return [...new Set(named)].filter((path) => source.fileExists(path));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
