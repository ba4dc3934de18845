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
  // curl -o FILE … && sh FILE, or made executable
  new RegExp(
    `${FETCH}.*( -\\w*[oO]|>|--output|--output-document|\\| ?(?:sudo )?tee)[ =]?["']?([^\\s"';&|]+)[^]*?(&&|;|\\n) ?${BEFORE}(${SHELL}|${MADE_PROGRAM}|\\.) (-?\\S+ )*["']?\\3`,
  ),
  // curl -O https://host/FILE && sh FILE
  new RegExp(
    `${FETCH}.*/([\\w.-]+)["']? ?(&&|;|\\n) ?${BEFORE}(${SHELL}|${MADE_PROGRAM}|\\.) (-?\\S+ )*["']?(\\S*/)?\\2\\b`,
  ),
];
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
      const [found] = WAYS.flatMap((way) => linesWith(way, text) ?? []);
      if (found !== undefined) {
        report.violation({ resource, path, found, wanted: "a download that is checked before it runs" });
      }
    }
  },
};
export default rule;

/** The lines of a text from the one where a match begins to the one where it ends. */
function linesWith(way: RegExp, text: string): string | undefined {
  const match = way.exec(text);
  if (match === null) {
    return undefined;
  }
  const first = match.index + match[0].search(/\S/);
  const end = text.indexOf("\n", match.index + match[0].length);
  return text.slice(text.lastIndexOf("\n", first) + 1, end < 0 ? undefined : end);
}
