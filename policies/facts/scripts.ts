import { membersAt } from "../core/expectation";
import type { Resource } from "../core/resource";
import type { Report } from "../core/rule";
import { CONTAINER, stringsAt, type Text } from "./docker";
import { MACHINE_TYPES, machines } from "./machines";
import { unpack } from "./unpack";

const COMMANDS = ["command:local:Command", "command:remote:Command"];

/** Every type whose resources run lines of a shell. */
export const SCRIPT_TYPES: readonly string[] = [...COMMANDS, CONTAINER, ...MACHINE_TYPES];

/** The texts that a resource runs, those packed into them too. */
export function scripts(resource: Resource, report: Report): Text[] {
  if (COMMANDS.includes(resource.type)) {
    return places(resource, ["create", "update", "delete", "stdin"], report);
  }
  if (resource.type === CONTAINER) {
    return ofContainer(resource, report);
  }
  return MACHINE_TYPES.includes(resource.type)
    ? machines(resource, report).flatMap(({ userData }) => places(resource, userData, report))
    : [];
}

/** Its start, its health check, each a line, and the files that are put into it: it may run them. */
function ofContainer(resource: Resource, report: Report): Text[] {
  const line = (...lists: string[]) => asLine(lists.flatMap((list) => stringsAt(resource, list, report)));
  // Its first word says only whether a shell reads the others.
  const check = line("healthcheck.tests").map(({ path, text }) => ({
    path,
    text: text.replace(/^CMD(-SHELL)? /, ""),
  }));
  const uploads = membersAt(report, resource, "uploads").flatMap(({ path }) => [
    `${path}.content`,
    `${path}.contentBase64`,
  ]);
  return [...unpacked([...line("entrypoints", "command"), ...check]), ...places(resource, uploads, report)];
}

function asLine(words: readonly Text[]): Text[] {
  const [first] = words;
  const text = words.map((word) => word.text).join(" ");
  return first === undefined ? [] : [{ path: first.path.replace(/\[\d+\]$/, ""), text }];
}

function places(resource: Resource, paths: readonly string[], report: Report): Text[] {
  return unpacked(paths.flatMap((path) => stringsAt(resource, path, report)));
}

function unpacked(texts: readonly Text[]): Text[] {
  return texts.flatMap(({ path, text }) =>
    unpack(text).map((layer) => ({ path, text: asShellReads(layer.text) })),
  );
}

/** As a shell reads it: one blank between words, however they are parted, and a line that a backslash goes on with as one. */
function asShellReads(text: string): string {
  return text
    .replace(/\\\r?\n/g, " ")
    .replace(/\$\{IFS[^}]*\}|\$IFS(\$\d)?/g, " ")
    .replace(/(?<=\w)(''|"")|(''|"")(?=\w)/g, "")
    .replace(/[ \t]+/g, " ");
}
