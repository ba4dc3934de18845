import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "./errors";
import { isRecord, type Properties, sameValue } from "./values";

/** What the flags of `npm start` set, on top of the files. */
export interface Flags {
  port?: string;
  domain?: string;
  /** `auto`, `official`, `stand-in`, or the path of a checkout. */
  comfyui?: string;
  /** Names of methods, separated by commas. */
  methods?: string;
}

/** The project's name and the configuration of one stack, as the Pulumi SDK takes it. */
export interface ProjectConfig {
  project: string;
  /** Full key to text; what is not a string is JSON. */
  config: Record<string, string>;
}

/** Words that `--comfyui` takes besides a path. */
const SOURCES = ["auto", "official", "stand-in"];

/**
 * Reads the configuration as the Pulumi CLI would: the defaults of Pulumi.yaml, then Pulumi.<stack>.yaml, then the flags.
 * @param root the folder with Pulumi.yaml
 * @param from the folder that a relative path in the flags refers to
 * @throws UserError (exit code 2) for a file that is not as it should be, or a secret that only the Pulumi CLI can read
 */
export function readConfig(
  root: string,
  stack: string,
  flags: Flags = {},
  from = process.cwd(),
): ProjectConfig {
  const project = readYaml(join(root, "Pulumi.yaml"));
  const name = projectName(root);
  const values: Properties = {};
  const own = (key: string) => (key.includes(":") ? key : `${name}:${key}`);

  for (const [key, declared] of Object.entries(section(project, "Pulumi.yaml"))) {
    const value = isRecord(declared) ? (declared.value ?? declared.default) : declared;
    if (value !== undefined) values[own(key)] = value;
  }
  const file = `Pulumi.${stack}.yaml`;
  if (existsSync(join(root, file))) {
    for (const [key, value] of Object.entries(section(readYaml(join(root, file)), file))) {
      refuseEncrypted(file, own(key), value);
      values[own(key)] = value;
    }
  }
  if (flags.port !== undefined) values[`${name}:port`] = flags.port;
  if (flags.domain !== undefined) values[`${name}:domain`] = flags.domain;
  if (flags.methods !== undefined) values[`${name}:methods`] = flags.methods.split(",");
  if (flags.comfyui !== undefined) {
    const before = values[`${name}:comfyui`];
    const source = SOURCES.includes(flags.comfyui) ? flags.comfyui : resolve(from, flags.comfyui);
    values[`${name}:comfyui`] = { ...(isRecord(before) ? before : {}), source };
  }
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { project: name, config: Object.fromEntries(texts) };
}

/** The project's name in Pulumi.yaml. */
export function projectName(root: string): string {
  const { name } = readYaml(join(root, "Pulumi.yaml"));
  if (typeof name !== "string") throw new UserError("Pulumi.yaml has no name.", 2);
  return name;
}

function readYaml(path: string): Properties {
  let value: unknown;
  try {
    value = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message}`, 2);
  }
  if (value === null || value === undefined) return {};
  if (!isRecord(value)) throw new UserError(`${path} must be a YAML mapping.`, 2);
  return value;
}

function section(file: Properties, name: string): Properties {
  const config = file.config ?? {};
  if (!isRecord(config)) throw new UserError(`${name}: config must be a mapping of keys to values.`, 2);
  return config;
}

/** The Pulumi CLI keeps a secret as {secure: <cipher text>}, anywhere in a value. */
function refuseEncrypted(file: string, path: string, value: unknown): void {
  if (isRecord(value) && sameValue(Object.keys(value), ["secure"])) {
    throw new UserError(
      `${file}: ${path} is a secret encrypted by the Pulumi CLI, which only the CLI can read. ` +
        "Use `pulumi up` for this stack, or put a plain value into the file for `npm start`.",
      2,
    );
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      refuseEncrypted(file, `${path}[${index}]`, item);
    });
  } else if (isRecord(value)) {
    for (const [key, member] of Object.entries(value)) refuseEncrypted(file, `${path}.${key}`, member);
  }
}
