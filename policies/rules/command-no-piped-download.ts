import type { ResourceRule } from "../core/rule";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";

const FETCH = "\\b(curl|wget|fetch|aria2c|lwp-download)\\b";
/** One with its program on its own line only reads what comes, unless it says otherwise. */
const READS = "(?! -(c|e|p|ne|pe|m json)\\b(?!.*\\b(exec|eval)\\b))";
const SHELL = `(\\S*/)?((ba|da|z|k|a|c)?sh|(python[\\d.]*|perl|ruby|node|php)${READS}|source|eval)\\b`;
const OPTIONS = "( -\\S+( [^-\\s]\\S*)?)*?";
/** What may stand before the shell: sudo with options, env, variables, another machine or a container. */
const BEFORE = `((sudo|env|exec|command|nohup|xargs)${OPTIONS} |(ssh|docker exec)${OPTIONS} \\S+ |\\w+=\\S* |[{(] ?)*`;
/** What makes a file one that can be run; a key that everybody may read is none. */
const MADE_PROGRAM =
  "chmod( -\\S+)* (\\S*[+=]\\w*x\\w*|[0-7]*[1357][0-7]*)|install(?![^;&|\\n]* (-m ?|--mode[ =])0?[0246]+\\b)";
const RUNS_DOWNLOAD: readonly RegExp[] = [
  // curl … | sh, whatever the pipe goes through before.
  new RegExp(`${FETCH}[^;\\n]*\\| ?${BEFORE}${SHELL}`),
  // sh -c "$(curl …)", bash <(curl …)
  new RegExp(`(^|[\\s;&|"'(])(${SHELL}|\\.) .*(\\$\\(|<\\(|\`) ?${FETCH}`, "m"),
];
const FETCHING = new RegExp(FETCH, "g");
/** The rest of a command: as far as a separator that no quotes hold. */
const COMMAND = /(?:"[^"\n]*"|'[^'\n]*'|(?!&&|[;\n])[\s\S])*/y;
/** The file that a download goes into: by an option, by what takes it, or by the end of its address. */
const INTO =
  /(?: -\w*[oO]|>|--output-document|--output|\| ?(?:sudo )?tee(?: -a)?)[ =]?["']?([^\s"';&|]+)|\/([\w.-]+)(?=["']?(?: |$))/g;
/** A comparison of files with what they must be, and how the script goes on from it. */
const COMPARISON = /\bsha(?:256|384|512)sum\b[^;&|\n]* (?:-\w*c|--check)\b[^;&|\n]*(&&|\|\||;|\n|$)/;
/** What an interpreter fetches and runs by itself. */
const INTERPRETED = /\b(exec|eval|compile)\b.*\b(urlopen|requests\.get|urllib|http\.get|fetch ?\()/;
/** User data that is only the address of more user data. */
const INCLUDED = /^#include(-once)?\s+(#.*\s+)*\w+:\/\/|^Content-Type: ?text\/x-include(-once)?-url\b/im;
const WAYS = [...RUNS_DOWNLOAD, INTERPRETED, INCLUDED];

const rule: ResourceRule = {
  description: "Nothing runs what it has just fetched from the net, unseen.",
  why: "Who answers that address, or sits between, runs code here.",
  fix: "fetch to a file, compare its SHA-256, then run it.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: SCRIPT_TYPES,
  checkResource(resource, report) {
    for (const { path, text } of scripts(resource, report)) {
      const place = WAYS.map((way) => placeOf(way, text)).find((one) => one !== undefined) ?? runsFile(text);
      if (place !== undefined) {
        const found = linesOf(text, place);
        report.violation({ resource, path, found, wanted: "a download that is checked before it runs" });
      }
    }
  },
};
export default rule;

interface Place {
  readonly from: number;
  readonly to: number;
}

function placeOf(way: RegExp, text: string, offset = 0): Place | undefined {
  const match = way.exec(text.slice(offset));
  return match === null
    ? undefined
    : { from: offset + match.index + match[0].search(/\S/), to: offset + match.index + match[0].length };
}

/** Where a file is fetched that is run later, or made a program, without a look at what came. */
function runsFile(text: string): Place | undefined {
  for (const [file, { from, to }] of downloads(text)) {
    const name = file.replace(/[\\^$.|?+*()[\]{}]/g, "\\$&");
    const run = new RegExp(
      `(&&|;|\\n) ?${BEFORE}(${SHELL}|${MADE_PROGRAM}|\\.) (-?\\S+ )*["']?(\\S*/)?${name}(?![\\w.-])`,
    );
    const place = placeOf(run, text, to);
    if (place !== undefined && !isCompared(text, text.slice(to, place.to))) {
      return { from, to: place.to };
    }
  }
  return undefined;
}

/** The files that a text fetches, each with the first command that does. */
function downloads(text: string): Map<string, Place> {
  const found = new Map<string, Place>();
  for (const { index: from } of text.matchAll(FETCHING)) {
    COMMAND.lastIndex = from;
    const [command = ""] = COMMAND.exec(text) ?? [];
    for (const [, file, last] of command.matchAll(INTO)) {
      // curl's -O takes no name: what follows is the address.
      const name = (file?.includes("://") ? file.replace(/.*\//, "") : file) ?? last ?? "";
      if (name !== "" && !found.has(name)) {
        found.set(name, { from, to: from + command.length });
      }
    }
  }
  return found;
}

/** Whether files are compared before the end of a part of a text, and the script ends where they differ. */
function isCompared(text: string, part: string): boolean {
  const next = COMPARISON.exec(part)?.[1];
  return next === "&&" || (next !== undefined && next !== "||" && /\bset -\w*e/.test(text));
}

/** The whole lines that a place lies in. */
function linesOf(text: string, { from, to }: Place): string {
  const end = text.indexOf("\n", to);
  return text.slice(text.lastIndexOf("\n", from) + 1, end < 0 ? undefined : end);
}
