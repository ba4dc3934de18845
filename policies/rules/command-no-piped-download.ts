import type { ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt } from "../facts/docker";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";

const FETCH = "(curl|wget|fetch|aria2c)";
const SHELL = "(\\S*/)?((ba|da|z|k|a|c)?sh|python[\\d.]*|perl|ruby|node|php)";
const RUNS_DOWNLOAD: readonly RegExp[] = [
  new RegExp(
    `\\b${FETCH}\\b[^\\n;]*\\|\\s*(sudo\\s+(-\\S+\\s+)*|env\\s+|\\w+=\\S+\\s+|exec\\s+)*${SHELL}\\b`,
  ),
  new RegExp(`\\b(sh|bash|zsh|dash|eval|source|\\.)\\s[^\\n]*(\\$\\(|<\\(|\`)\\s*${FETCH}\\b`),
  new RegExp(
    `\\b${FETCH}\\b[^\\n]*(-\\w*[oO]|>|--output)\\s*(\\S+)[^\\n]*(&&|;|\\n)\\s*(sudo\\s+)?((ba|da|z)?sh\\s+|chmod\\s+\\S+\\s+)\\3`,
  ),
];
/** What an interpreter fetches and runs by itself. */
const INTERPRETED = /\b(exec|eval|compile)\s*\(?[^\n]*\b(urlopen|requests\.get|urllib|http\.get|fetch\s*\()/;

const rule: ResourceRule = {
  description: "Nothing runs what it has just fetched from the net, unseen.",
  why: "Who answers that address, or sits between, runs code here.",
  fix: "fetch to a file, compare its SHA-256, then run it.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: SCRIPT_TYPES,
  checkResource(resource, report) {
    const checks = resource.type === CONTAINER ? stringsAt(resource, "healthcheck.tests", report) : [];
    for (const { path, text } of [...scripts(resource, report), ...checks]) {
      if ([...RUNS_DOWNLOAD, INTERPRETED].some((way) => way.test(text))) {
        report.violation({
          resource,
          path,
          found: text,
          wanted: "a download that is checked before it runs",
        });
      }
    }
  },
};
export default rule;
