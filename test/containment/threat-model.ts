import { type Attempt, STOPPERS } from "./attempt";
import { ATTEMPTS, GROUPS } from "./attempts";
import {
  ASSETS,
  ASSUMPTIONS,
  BOUNDARIES,
  GHOST_CHAIN,
  type Proof,
  RESIDUAL_RISKS,
  type Threat,
  WHAT_AUTHENTICATION_CANNOT_FIX,
} from "./threats";

/** Where the rendered page lies. */
export const THREAT_MODEL = "docs/threat-model.md";

/** The command that writes it. */
export const REGENERATE = "npm run docs";

/** Renders docs/threat-model.md from the drills' own data. */
export function renderThreatModel(): string {
  return `# Threat model

<!-- Made by \`${REGENERATE}\` from test/containment/threats.ts and test/containment/attempts/. Change it there. -->

What the stack protects, from whom, by what, and what it does not. It is written around GHOST, the botnet that looks for
open ComfyUI servers, and around the case that authentication is of no use: that an attacker's code already runs inside
ComfyUI. \`test/containment/\` puts such code there and has it try ${ATTEMPTS.length} things; the last section lists them all.

## What is worth protecting

${table(["asset", "where it is", "what it is worth to others"], ASSETS)}

## What is assumed

${list(ASSUMPTIONS)}

## Where trust changes

${table(["boundary", "what may cross", "what sees to it"], BOUNDARIES)}

## GHOST, step by step

${threats(GHOST_CHAIN)}

## What authentication cannot fix

${threats(WHAT_AUTHENTICATION_CANNOT_FIX)}

## What remains

${list(RESIDUAL_RISKS)}

## The drills

An intruder of ours runs inside ComfyUI's container of a whole stack (\`npm test\`; with \`COMFYUI_SOURCE\` naming a checkout,
as a custom node in the process of the real ComfyUI too). Every attempt must be stopped by the layer that is named. Most
are made twice: the *control* is the same attempt where that layer is missing, and there it must succeed, so that no
attempt fails for another reason. Targets are canaries of our own.

${table(
  ["layer", "why it stops"],
  Object.entries(STOPPERS).map(([name, { because }]) => [name, because]),
)}

${Object.entries(GROUPS)
  .map(([group, attempts]) => `### ${group}\n\n${drills(attempts)}`)
  .join("\n\n")}
`;
}

/** Where the tests that a threat names are: their file and title. */
export function namedTests(): { file: string; test: string }[] {
  const proofs = [...GHOST_CHAIN, ...WHAT_AUTHENTICATION_CANNOT_FIX].flatMap(({ shownBy }) => shownBy);
  return proofs.flatMap((proof) => ("file" in proof ? [proof] : []));
}

function drills(attempts: readonly Attempt[]): string {
  return table(
    ["attempt", "the intruder", "stopped by", "control"],
    attempts.map(({ id, tries, stopper, control }) => [
      `\`${id}\``,
      tries,
      stopper,
      typeof control === "string" ? CONTROLS[control] : `none: ${control.none}`,
    ]),
  );
}

const CONTROLS = {
  root: "succeeds as root beside the pod",
  user: "succeeds as the same user beside the pod",
  neighbour: "succeeds as the authorizer's user",
} as const;

function threats(rows: readonly Threat[]): string {
  return table(
    ["step", "what it tries", "what stops it", "shown by"],
    rows.map(({ what, tries, stoppedBy, shownBy }) => [
      what,
      tries,
      stoppedBy,
      shownBy.map(proof).join("<br>"),
    ]),
  );
}

function proof(shown: Proof): string {
  return "drills" in shown
    ? `drills: [${shown.drills}](#${anchor(shown.drills)})`
    : `\`${shown.file}\`: ${shown.test}`;
}

/** As the hosts of git repositories make it from a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
