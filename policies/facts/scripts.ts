import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { CONTAINER, stringsAt, type Text } from "./docker";
import { MACHINE_TYPES, machines } from "./machines";
import { unpack } from "./unpack";

const COMMANDS = ["command:local:Command", "command:remote:Command"];
/** Carries what a later command runs. */
const COPY = "command:remote:CopyToRemote";

/** Every type whose resources run lines of a shell, or carry them to where they are run. */
export const SCRIPT_TYPES: readonly string[] = [...COMMANDS, COPY, CONTAINER, ...MACHINE_TYPES];

/** The texts that a resource runs, those packed into them too, as a shell reads them; a list of words is one line. */
export function scripts(resource: Resource, report: Report): Text[] {
  const environment = COMMANDS.includes(resource.type) ? environmentOf(resource) : [];
  return scriptLayers(resource, report).map(({ path, text }) => ({
    path,
    text: asShellReads(text, environment),
  }));
}

/** The same texts as they stand there. */
export function scriptLayers(resource: Resource, report: Report): Text[] {
  return sources(resource, report).flatMap(({ path, text }) =>
    unpack(text).map((layer) => ({ path, text: layer.text })),
  );
}

/** What each of the looks finds first in a text. */
export function matches(text: string, looks: readonly RegExp[]): string[] {
  return looks.flatMap((look) => look.exec(text)?.[0] ?? []);
}

function sources(resource: Resource, report: Report): Text[] {
  const places = (paths: readonly string[]) => paths.flatMap((path) => stringsAt(resource, path, report));
  if (COMMANDS.includes(resource.type)) {
    return places(["create", "update", "delete", "stdin"]);
  }
  if (resource.type === COPY) {
    return places(["source"]).filter(({ path }) => path.endsWith(".text"));
  }
  if (resource.type === CONTAINER) {
    // Its first word says only whether a shell reads the others.
    const check = line(places(["healthcheck.tests"])).map(({ path, text }) => ({
      path,
      text: text.replace(/^CMD(-SHELL)? /, ""),
    }));
    const uploads = membersAt(report, resource, "uploads").flatMap(({ path }) =>
      places([`${path}.content`, `${path}.contentBase64`]),
    );
    return [...line(places(["entrypoints", "command"])), ...check, ...uploads];
  }
  return MACHINE_TYPES.includes(resource.type)
    ? machines(resource, report).flatMap(({ userData }) => places(userData))
    : [];
}

/** The words of a list as the one line that they are run as. */
function line(words: readonly Text[]): Text[] {
  const [first] = words;
  return first === undefined
    ? []
    : [{ path: first.path.replace(/\[\d+\]$/, ""), text: words.map(({ text }) => text).join(" ") }];
}

type Variable = readonly [name: string, value: string];

function environmentOf(resource: Resource): Variable[] {
  const variables = valueAt(resource, "environment");
  return typeof variables === "object" && variables !== null
    ? Object.entries(variables).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []))
    : [];
}

/** A list of words in YAML, JSON or Python, as cloud-init and subprocess take a command. */
const WORD_LIST = /\[((?:[^[\],\n]|,\n?)*)\]/g;
/** A word, or a part of one, that is quoted though nothing in it needs to be. */
const QUOTED = /(["'])([\w./:=@%+,-]+)\1/g;

/**
 * As a shell reads it: one blank between words, however they are parted; a line that a backslash goes on with as one;
 * variables that the text itself sets; words without the quotes and backslashes that change nothing.
 */
function asShellReads(text: string, environment: readonly Variable[]): string {
  const lines = text.replace(/\\\r?\n/g, " ").replace(/\$\{IFS[^}]*\}|\$IFS(\$\d)?/g, " ");
  return withVariables(lines, environment)
    .replace(/\$(?=')/g, "")
    .replace(QUOTED, "$2")
    .replace(WORD_LIST, (_, words: string) => `[${words.replace(/["']?\s*,\s*["']?/g, " ")}]`)
    .replace(/(?<=\w)(''|"")|(''|"")(?=\w)/g, "")
    .replace(/\\(?=\w)/g, "")
    .replace(/[ \t]+/g, " ");
}

/** A variable that is set, and one that is used, in the order in which a shell meets them. */
const SET_OR_USED =
  /(?<![\w.$-])([A-Za-z_]\w*)=(?:"([^"\n]*)"|'([^'\n]*)'|([\w./:@%+,=-]+)(?![^\s;&|)]))|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g;

function withVariables(text: string, environment: readonly Variable[]): string {
  const values = new Map(environment);
  const fill = (part: string): string =>
    part.replace(
      SET_OR_USED,
      (whole, name?: string, double?: string, single?: string, bare?: string, ...used) => {
        if (name !== undefined) {
          values.set(name, double === undefined ? (single ?? bare ?? "") : fill(double));
          return whole;
        }
        return values.get(used[0] ?? used[1]) ?? whole;
      },
    );
  return fill(text);
}
