import type { Resource } from "../core/resource";
import type { Report } from "../core/rule";
import { CONTAINER, stringsAt, type Text } from "./docker";
import { MACHINE_TYPES, machines } from "./machines";
import { unpack } from "./unpack";

const COMMANDS = ["command:local:Command", "command:remote:Command"];

/** Every type whose resources run lines of a shell. */
export const SCRIPT_TYPES: readonly string[] = [...COMMANDS, CONTAINER, ...MACHINE_TYPES];

/** The texts that a resource runs, those packed into them too; a word list of a container is one line. */
export function scripts(resource: Resource, report: Report): Text[] {
  if (COMMANDS.includes(resource.type)) {
    return places(resource, ["create", "update", "delete", "stdin"], report);
  }
  if (resource.type === CONTAINER) {
    const lists = ["entrypoints", "command"].flatMap((list) => stringsAt(resource, list, report));
    const line = lists.map(({ text }) => text).join(" ");
    const path = lists[0]?.path.replace(/\[\d+\]$/, "") ?? "command";
    return line === "" ? [] : unpacked([{ path, text: line }]);
  }
  return MACHINE_TYPES.includes(resource.type)
    ? machines(resource, report).flatMap(({ userData }) => places(resource, userData, report))
    : [];
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
