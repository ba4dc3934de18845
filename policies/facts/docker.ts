import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { toValue, UNKNOWN, type Value } from "../core/value";
import { namesAnImage } from "./image-reference";

export const CONTAINER = "docker:index/container:Container";
export const IMAGE = "docker:index/image:Image";
export const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
export const REGISTRY_IMAGE = "docker:index/registryImage:RegistryImage";
export const TAG = "docker:index/tag:Tag";
export const PROVIDER = "pulumi:providers:docker";
export const VOLUME = "docker:index/volume:Volume";
export const NETWORK = "docker:index/network:Network";
export const SERVICE = "docker:index/service:Service";
export const PLUGIN = "docker:index/plugin:Plugin";

/** A string as the engine compares it: modes and names of networks are the same with blanks around them. */
export function word(value: Value): string {
  return typeof value === "string" ? value.trim().toLowerCase() : "";
}

/** The number that a provider reads, whether it is written as one or as text; NaN for anything else. */
export function asNumber(value: Value): number {
  return typeof value === "string" && value.trim() !== ""
    ? Number(value)
    : typeof value === "number"
      ? value
      : Number.NaN;
}

/** Where a resource says which image it runs or fetches; a name to build under is neither. */
export function imagePath(resource: Resource): "image" | "name" | undefined {
  const isBuilt = (valueAt(resource, "build") ?? undefined) !== undefined;
  const fetched = resource.type === REMOTE_IMAGE && !isBuilt ? "name" : undefined;
  return resource.type === CONTAINER ? "image" : fetched;
}

/** The images that others are made of: a build's arguments, what lists its parts, the source of a tag. */
export function baseImages(resource: Resource, report: Report): Text[] {
  const args = ["build.args", "build.buildArgs"].flatMap((path) => stringsAt(resource, path, report));
  const scanners = stringsAt(resource, "build.sbom", report).flatMap(({ path, text }) => {
    const [, generator] = /(?:^|,)generator=([^,]+)/.exec(text) ?? [];
    return generator === undefined ? [] : [{ path, text: generator }];
  });
  const source = resource.type === TAG ? stringsAt(resource, "sourceImage", report) : [];
  return [...args.filter(({ path }) => namesAnImage(path)), ...scanners, ...source];
}

/** A provider with its settings as it reads them: Pulumi hands lists and objects over as JSON. */
export function providerSettings(provider: Resource): Resource {
  const settings = Object.entries(provider.props).map(([key, value]) => [key, fromJson(value)]);
  return { ...provider, props: Object.fromEntries(settings) };
}

function fromJson(value: Value): Value {
  try {
    const read: unknown = typeof value === "string" ? JSON.parse(value) : undefined;
    return typeof read === "object" ? toValue(read) : value;
  } catch {
    return value;
  }
}

/** A key and a value of the engine's security options, which are joined by `=` or, as long ago, by `:`. */
export interface SecurityOption {
  readonly path: string;
  readonly text: string;
  readonly key: string;
  readonly value: string;
}

/** The security options of a container; one that is not known yet is reported and left out. */
export function securityOptions(resource: Resource, report: Report): SecurityOption[] {
  return stringsAt(resource, "securityOpts", report).map(({ path, text }) => {
    const joint = text.includes("=") ? text.indexOf("=") : text.indexOf(":");
    const [key, value] = joint < 0 ? [text, ""] : [text.slice(0, joint), text.slice(joint + 1)];
    return { path, text, key: word(key), value: value.trim() };
  });
}

/** A string within a resource and the path to it. */
export interface Text {
  readonly path: string;
  readonly text: string;
}

/** Every string at or below a path; what is not known yet is reported and left out. */
export function stringsAt(resource: Resource, path: string, report: Report): Text[] {
  const texts: Text[] = [];
  const visit = (value: Value, at: string): void => {
    if (value === UNKNOWN) {
      report.unknown(resource, at);
    } else if (typeof value === "string") {
      texts.push({ path: at, text: value });
    } else if (Array.isArray(value)) {
      for (const [index, member] of value.entries()) {
        visit(member, `${at}[${index}]`);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        visit(member, at === "" ? key : `${at}.${key}`);
      }
    }
  };
  visit(path === "" ? (resource.props as Value) : valueAt(resource, path), path);
  return texts;
}

/** The label that says whose stack an object is of. */
const STACK_LABEL = "comfy-fortress.stack";

/** Variables that images hand on as options: CLI_ARGS, COMFYUI_FLAGS. */
const OPTIONS_VARIABLE = /^[A-Z0-9_]*(ARGS|ARGUMENTS|FLAGS|OPTS|OPTIONS|COMMAND|CMD|PARAMS)[A-Z0-9_]*=/i;

/** A shell, as a word of its own or in a line of env's. */
const SHELL = /(^|[/\s])(ba|da|z|k|a|c)?sh(\s|$)/;

/**
 * The words of a container's start: entrypoint, then command, then variables that hold options; shell lines are taken
 * apart; data as JSON is no line.
 */
export function commandWords(resource: Resource, report: Report): (Text & { readonly at: string })[] {
  const isHeld = ({ text }: Text) => OPTIONS_VARIABLE.test(text);
  const lines = ["entrypoints", "command"].flatMap((at) =>
    stringsAt(resource, at, report).map((line) => ({ ...line, at })),
  );
  const variables = stringsAt(resource, "envs", report)
    .filter(isHeld)
    .map(({ path, text }) => ({ path, text: text.replace(OPTIONS_VARIABLE, ""), at: "envs" }));
  const hasShell = lines.some(({ text }) => SHELL.test(text));
  return [...lines, ...variables]
    .filter(({ text }) => !isData(text, hasShell))
    .flatMap(({ path, text, at }) =>
      text
        .split(/[\s"'`;&|()<>]+/)
        .filter((part) => part !== "")
        .map((part) => ({ path, text: part, at })),
    );
}

/** JSON, unless a shell would run something in it. */
function isData(text: string, hasShell: boolean): boolean {
  try {
    return typeof JSON.parse(text) === "object" && !(hasShell && /\$\(|`/.test(text));
  } catch {
    return false;
  }
}

/** What our stacks' objects are called before what they are: `comfy-<stack>-`. A stack may be called comfyui, too. */
function stackPrefix(resource: Resource): string {
  const labels = valueAt(resource, "labels");
  const at = Array.isArray(labels)
    ? labels.findIndex((_, position) => valueAt(resource, `labels[${position}].label`) === STACK_LABEL)
    : -1;
  return `comfy-${word(valueAt(resource, `labels[${at}].value`))}-`;
}

/** Addresses as ComfyUI's --listen takes them: other servers' have a port. */
const BARE_ADDRESSES = /^([\d.]+|[\da-f]*::[\da-f:]*)(,([\d.]+|[\da-f]*::[\da-f:]*))*$/i;

/** Whether an option, and the word after it, is ComfyUI's --listen. */
function isComfyUiListen(option: string, next = "--"): boolean {
  const [, address = next] = /^--listen(?:=(.*))?$/s.exec(option) ?? [option, ""];
  return BARE_ADDRESSES.test(address) || address.startsWith("--");
}

/** Whether the container runs ComfyUI, as far as its names and its command tell. */
export function isComfyUi(resource: Resource, report: Report): boolean {
  const prefix = stackPrefix(resource);
  const names: Value[] = [resource.name, valueAt(resource, "name"), valueAt(resource, "image")];
  if (names.some((name) => /comfy-?ui/i.test(word(name).replace(prefix, "")))) {
    return true;
  }
  const words = commandWords(resource, report);
  const isStartTheImages = words[0]?.text.startsWith("-") === true;
  return words.some(({ text, at: place }, at) => {
    const isModule = text === "main" && words[at - 1]?.text === "-m";
    const isForImage = isStartTheImages || place === "envs";
    const isOption = isForImage && isComfyUiListen(text, words[at + 1]?.text);
    return isModule || isOption || /(^|\/)(main\.py|comfy|comfyui)$/i.test(text);
  });
}
