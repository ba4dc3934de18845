import type { ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt } from "../facts/docker";

const FETCH = "(curl|wget|fetch|aria2c)";
const SHELL = "(\\S*/)?((ba|da|z|k|a|c)?sh|python[\\d.]*|perl|ruby|node|php)";
const RUNS_DOWNLOAD: readonly RegExp[] = [
  new RegExp(
    `\\b${FETCH}\\b[^\\n;]*\\|\\s*(sudo\\s+(-\\S+\\s+)*|env\\s+|\\w+=\\S+\\s+|exec\\s+)*${SHELL}\\b`,
  ),
  new RegExp(`\\b(sh|bash|zsh|dash|eval|source|\\.)\\s[^\\n]*(\\$\\(|<\\(|\`)\\s*${FETCH}\\b`),
  new RegExp(
    `\\b${FETCH}\\b[^\\n]*(-o|-O|>|--output)\\s*(\\S+)[^\\n]*(&&|;)\\s*(sudo\\s+)?((ba|da|z)?sh\\s+|chmod\\s+\\S+\\s+)\\3`,
  ),
];
const PLACES = ["create", "update", "delete", "command", "entrypoints", "healthcheck.tests"];

const rule: ResourceRule = {
  description: "Nothing runs what it has just fetched from the net, unseen.",
  why: "Who answers that address, or sits between, runs code here.",
  fix: "fetch to a file, compare its SHA-256, then run it.",
  severity: "high",
  enforcement: "mandatory",
  references: [],
  types: ["command:local:Command", "command:remote:Command", CONTAINER],
  checkResource(resource, report) {
    for (const { path, text } of PLACES.flatMap((place) => stringsAt(resource, place, report))) {
      if (RUNS_DOWNLOAD.some((way) => way.test(text))) {
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
