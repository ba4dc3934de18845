import { customNodeName } from "../../components/comfyui/custom-nodes";
import { nameInUrl } from "../../components/models/naming";
import { acmeProblems, certificateRequest } from "./acme";
import { customNodeProblems } from "./custom-nodes";
import { explain, problem, SettingsError, type SettingsProblem } from "./problems";
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
import type { Settings, SettingsSource } from "./types";

export { SettingsError } from "./problems";
export { DEFAULT_BASE_IMAGE } from "./schema";
export type { Settings, SettingsSource } from "./types";

const NAMESPACE = "comfy-fortress:";
const STACK_NAME = /^[a-z][a-z0-9-]{0,31}$/;

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
    problems.push(
      ...methodsNotEnabled(result.data),
      ...ambiguousKids(result.data),
      ...uselessAllowlist(result.data),
      ...duplicateModels(result.data),
      ...customNodeProblems(result.data, source),
    );
  }
  problems.push(...missingFiles(raw, source));
  const known = new Set(problems.map(({ key }) => key));
  problems.push(...acmeProblems(raw, source).filter(({ key }) => !known.has(key)));
  if (!result.success || problems.length > 0) {
    throw new SettingsError(problems);
  }

  const { build, clients, comfyui, jwt, acme: request, models, ...settings } = result.data;
  const portSuffix = settings.port === 443 ? "" : `:${settings.port}`;
  return deepFreeze({
    stack: source.stack,
    ...settings,
    clients: clients.map((entry) => ({ ...entry, methods: entry.methods ?? settings.methods })),
    comfyui: {
      ...comfyui,
      customNodes: comfyui.customNodes.map((node) => ({ name: customNodeName(node.url), ...node })),
    },
    ...(request && { acme: certificateRequest(request) }),
    ...(models && { models: models.map((one) => ({ ...one, name: one.name ?? nameInUrl(one.url) })) }),
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
