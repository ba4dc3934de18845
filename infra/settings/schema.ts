import { z } from "zod";
import { CUSTOM_NODE_NAME } from "../../components/comfyui/custom-nodes";
import { JWT_ALGORITHMS } from "../../components/gateway/authorizer/methods/jwt-keys";
import { METHOD_NAMES } from "../../components/gateway/authorizer/methods/names";
import { isModelFolder, isModelName, isModelUrl, nameInUrl } from "../../components/models/naming";
import { IMAGE_PARTS } from "../../components/shared/image-parts";
import { monitoring, power, vm } from "./aws";
import { instant } from "./instant";

/** The pinned release of ComfyUI: 0.38.1, after the fixes of July 2026. */
const OFFICIAL_COMMIT = "20ca544ee0436721d8eb5f544665e490609f72c8";
/** What images are built on unless `build.baseImage` says otherwise: Debian trixie-slim. */
export const DEFAULT_BASE_IMAGE =
  "debian:trixie-slim@sha256:d7e12182ce18b85b93007c1dedf31f2d29e01ccf3182cc4017c709b6259bc132";

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const IMAGE_BY_DIGEST = /^[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}$/;
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
  expires: instant.optional(),
});
const jwtKey = z.strictObject({
  kid: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  algorithm: z.enum(JWT_ALGORITHMS),
  key: z.string().min(1),
  role,
  client: z.string().regex(CLIENT_NAME).optional(),
});
export const acme = z.strictObject({
  email: z.string().optional(),
  directoryUrl: z.string().default("production"),
  dnsHooks: z
    .string()
    .regex(/^(\/|\.\.?\/)./)
    .optional(),
  zoneId: z.string().optional(),
  caBundle: z.string().min(1).optional(),
});
const COMMIT = /^[0-9a-f]{40}$/;
/** No credentials, query or fragment: what is fetched is what everybody sees. */
const HTTPS_URL = /^https:\/\/[a-z0-9.-]+(:[0-9]+)?(\/[A-Za-z0-9._~-]+)+\/?$/;
const LOCAL_PATH = /^(\/|\.\.?\/)./;
const customNode = z.strictObject({
  url: z.union([z.string().regex(HTTPS_URL), z.string().regex(LOCAL_PATH)]),
  commit: z.string().regex(COMMIT).optional(),
  name: z.string().regex(CUSTOM_NODE_NAME).optional(),
});
const model = z
  .strictObject({
    url: z.string().refine(isModelUrl),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    folder: z.string().refine(isModelFolder),
    name: z.string().refine(isModelName).optional(),
  })
  .refine(({ url, name }) => name !== undefined || isModelName(nameInUrl(url)), { path: ["name"] });
const nodeClasses = z.array(z.string().min(1).max(200)).max(10_000);

export const schema = z.strictObject({
  target: z.enum(["local", "aws"]).default("local"),
  domain: z.string().regex(HOST_NAME).default("localhost"),
  port: z.int().min(1).max(65535).optional(),
  ipv6: z.boolean().default(false),
  allowedCidrs: z.array(z.string()).max(1000).default([]),
  adminCidrs: z.array(z.string()).max(60).default([]),
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
  session: z
    .strictObject({
      generation: z.int().min(1).max(1_000_000).default(1),
      retirePrevious: z.boolean().default(false),
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
        .union([z.enum(["auto", "official", "stand-in"]), z.string().regex(LOCAL_PATH)])
        .default("auto"),
      commit: z.string().regex(COMMIT).default(OFFICIAL_COMMIT),
      accelerator: z.enum(["cpu", "cuda"]).optional(),
      torchIndex: z.string().regex(HTTPS_URL).optional(),
      lock: z.string().regex(LOCAL_PATH).optional(),
      customNodes: z.array(customNode).max(100).default([]),
      deniedNodes: nodeClasses.default([]),
      allowedNodes: nodeClasses.min(1).optional(),
    })
    .prefault({}),
  models: z.array(model).max(1000).optional(),
  watcher: z.strictObject({ action: z.enum(["alert", "stop"]).default("alert") }).prefault({}),
  vm: vm.optional(),
  power: power.optional(),
  monitoring: monitoring.optional(),
  build: z
    .strictObject({
      baseImage: z.string().regex(IMAGE_BY_DIGEST).default(DEFAULT_BASE_IMAGE),
      caBundle: z.string().min(1).optional(),
      images: z.partialRecord(z.enum(IMAGE_PARTS), z.string().regex(IMAGE_BY_DIGEST)).default({}),
    })
    .prefault({}),
});
/** What a configuration holds as JSON text. */
export const STRUCTURED: ReadonlySet<string> = new Set([
  "port",
  "ipv6",
  "allowedCidrs",
  "adminCidrs",
  "methods",
  "requireClientCertificate",
  "acme",
  "clients",
  "session",
  "jwt",
  "comfyui",
  "models",
  "watcher",
  "vm",
  "power",
  "monitoring",
  "build",
]);
/** Keys whose value is a secret: problems never show it. */
export const SECRET: ReadonlySet<string> = new Set(["clients.password", "jwt.keys.key"]);

/** Settings of the right shape, with all defaults. */
export type CompleteSettings = z.infer<typeof schema>;
