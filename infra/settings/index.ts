import { customNodeName } from "../../components/comfyui/custom-nodes";
import { nameInUrl } from "../../components/models/naming";
import { acmeProblems, certificateRequest } from "./acme";
import { AWS_PORT, awsSettings, targetProblems } from "./aws";
import { customNodeProblems } from "./custom-nodes";
import { explain, lookUp, problem, SettingsError, type SettingsProblem } from "./problems";
import {
  ambiguousKids,
  duplicateClients,
  duplicateModels,
  methodsNotEnabled,
  missingFiles,
  uselessAllowlist,
  weakPasswords,
} from "./rules";
import { STRUCTURED, schema } from "./schema";
import type { AwsSettings, Settings, SettingsSource } from "./types";

export { SettingsError } from "./problems";
export { DEFAULT_BASE_IMAGE } from "./schema";
export type { AwsSettings, Settings, SettingsSource } from "./types";

const NAMESPACE = "comfy-fortress:";
const LOCAL_PORT = 8443;
const STACK_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Reads and validates all settings.
 *
 * @throws SettingsError with every problem at once: unknown keys, wrong types and values, duplicates, missing files.
 */
export function readSettings(source: SettingsSource): Settings {
  const problems: SettingsProblem[] = [];
  const given = Object.entries(source.config).map(([key, text]) => [
    key,
    STRUCTURED.has(key) ? parsed(text) : text,
  ]);
  const raw = withZone(Object.fromEntries(given));

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
    problems.push(
      ...methodsNotEnabled(result.data),
      ...ambiguousKids(result.data),
      ...uselessAllowlist(result.data),
      ...duplicateModels(result.data),
      ...customNodeProblems(result.data, source),
    );
  }
  problems.push(...missingFiles(raw, source));
  addMissing(problems, acmeProblems(raw, source));
  if (result.success) {
    addMissing(problems, targetProblems(result.data, raw));
  }
  if (!result.success || problems.length > 0) {
    throw new SettingsError(problems);
  }

  const { build, clients, comfyui, jwt, acme: request, models, ...others } = result.data;
  const { vm, power, monitoring, ...settings } = others;
  const isAws = settings.target === "aws";
  const port = settings.port ?? (isAws ? AWS_PORT : LOCAL_PORT);
  const portSuffix = port === 443 ? "" : `:${port}`;
  return deepFreeze({
    stack: source.stack,
    ...settings,
    port,
    ...(isAws && awsSettings({ vm, power, monitoring })),
    clients: clients.map((entry) => ({ ...entry, methods: entry.methods ?? settings.methods })),
    comfyui: {
      ...comfyui,
      accelerator: comfyui.accelerator ?? (isAws ? "cuda" : "cpu"),
      customNodes: comfyui.customNodes.map((node) => ({ name: customNodeName(node.url), ...node })),
    },
    ...(request && { acme: certificateRequest(request) }),
    ...(models && { models: models.map((one) => ({ ...one, name: one.name ?? nameInUrl(one.url) })) }),
    jwt: { ...jwt, audience: jwt.audience ?? `https://${settings.domain}${portSuffix}` },
    build: {
      baseImage: build.baseImage,
      images: build.images,
      caBundles: caBundles(build.caBundle, source),
    },
  });
}

/** Whether the stack's machine is one in AWS. */
export function isAws(settings: Settings): settings is AwsSettings {
  return settings.target === "aws";
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

/** Adds what is wrong with keys that nothing was wrong with yet. */
function addMissing(problems: SettingsProblem[], more: readonly SettingsProblem[]): void {
  const known = new Set(problems.map(({ key }) => key));
  problems.push(...more.filter(({ key }) => !known.has(key)));
}

/** With the machine's own zone as the one to prove the domain in, unless `acme` names another. */
function withZone(raw: Record<string, unknown>): Record<string, unknown> {
  const zoneId = lookUp(raw, ["vm", "hostedZoneId"]);
  const request = raw.acme ?? {};
  const isOwn = typeof request !== "object" || "zoneId" in request || "dnsHooks" in request;
  const isAsked = raw.target === "aws" && raw.certificate === "letsencrypt" && zoneId !== undefined;
  return isAsked && !isOwn ? { ...raw, acme: { ...request, zoneId } } : raw;
}

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
