import type { Rule } from "../core/rule";
import { isBlocking, type Line, verdict } from "./summary";

export const FORMATS = ["table", "json", "markdown", "sarif"] as const;
export type Format = (typeof FORMATS)[number];

/** What a report is made of. */
export interface ReportData {
  /** Name of the file that was looked at. */
  readonly source: string;
  readonly rules: Readonly<Record<string, Rule>>;
  readonly lines: readonly Line[];
}

export const RENDER: Readonly<Record<Format, (data: ReportData) => string>> = {
  table,
  json,
  markdown,
  sarif,
};

const LABEL: Readonly<Record<Line["kind"], (line: Line) => string>> = {
  violation: (line) => line.enforcement,
  exception: (line) => line.enforcement,
  excused: () => "excused",
  unknown: () => "unknown",
};

function label(line: Line): string {
  return LABEL[line.kind](line);
}

/** For a person at a terminal. */
function table({ source, lines }: ReportData): string {
  const blocks = lines.map((line) => {
    const excuse = line.excuse === undefined ? "" : `\n    excused: ${line.excuse}`;
    return `${label(line).padEnd(9)}  ${line.severity.padEnd(8)}  ${line.rule}\n    ${line.message.replace(" Fix: ", "\n    fix: ")}${excuse}\n`;
  });
  return [...blocks, `${source}: ${verdict(lines)}`].join("\n");
}

/** For programs: the lines as they are. */
function json({ source, lines }: ReportData): string {
  return JSON.stringify({ source, verdict: verdict(lines), lines }, null, 2);
}

/** For a comment under a pull request. */
function markdown({ source, lines }: ReportData): string {
  const cell = (text: string) =>
    text
      .replaceAll("|", "\\|")
      .replaceAll("\n", " ")
      .replace(/[<>]/g, (c) => (c === "<" ? "&lt;" : "&gt;"));
  const rows = lines.map(
    (line) =>
      `| ${label(line)} | ${line.severity} | \`${line.rule}\` | ${cell(line.message)}${line.excuse === undefined ? "" : ` *Excused: ${cell(line.excuse)}*`} |`,
  );
  const head = ["| level | severity | rule | what, and how to mend it |", "|---|---|---|---|"];
  return [
    `### Policy: ${lines.some(isBlocking) ? "refused" : "passed"}`,
    "",
    `\`${source}\`: ${verdict(lines)}`,
    ...(rows.length > 0 ? ["", ...head, ...rows] : []),
  ].join("\n");
}

/** For code scanning: SARIF 2.1.0. */
function sarif({ source, rules, lines }: ReportData): string {
  const ids = Object.keys(rules);
  // A name with blanks, or a # in it, is no reference to it.
  const uri = source.split("/").map(encodeURIComponent).join("/");
  const results = lines.map((line) => ({
    ruleId: line.rule,
    ruleIndex: ids.indexOf(line.rule),
    kind: line.kind === "unknown" ? "review" : "fail",
    level:
      line.kind === "unknown" ? "none" : isBlocking(line) || line.kind === "excused" ? "error" : "warning",
    message: { text: line.message },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } },
        ...(line.urn !== undefined && {
          logicalLocations: [{ name: line.resource, fullyQualifiedName: line.urn, kind: "resource" }],
        }),
      },
    ],
    partialFingerprints: { "rule/resource/message": `${line.rule}/${line.urn ?? ""}/${line.message}` },
    ...(line.kind === "excused" && {
      suppressions: [{ kind: "external", status: "accepted", justification: line.excuse }],
    }),
  }));
  const driver = {
    name: "comfy-fortress",
    rules: Object.entries(rules).map(([id, rule]) => ({
      id,
      shortDescription: { text: rule.description },
      fullDescription: { text: rule.why },
      help: { text: rule.fix },
      defaultConfiguration: { level: rule.enforcement === "mandatory" ? "error" : "warning" },
      properties: {
        "security-severity": { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" }[rule.severity],
        tags: [
          "security",
          ...rule.references.map(({ catalogue, id: reference }) => `${catalogue}/${reference}`),
        ],
      },
    })),
  };
  return JSON.stringify(
    {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [{ tool: { driver }, results }],
    },
    null,
    2,
  );
}
