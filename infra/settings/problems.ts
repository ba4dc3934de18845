import type { z } from "zod";
import { GUIDANCE } from "./guidance";
import { SECRET } from "./schema";

/** One thing wrong with the settings, with all that is needed to mend it. */
export interface SettingsProblem {
  readonly key: string;
  readonly value: string;
  readonly allowed: string;
  readonly fix: string;
}

/** Thrown once, with every problem found; nothing has been created by then. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly SettingsProblem[]) {
    super(
      [
        `${problems.length} problem${problems.length === 1 ? "" : "s"} in the settings; nothing was created.`,
        ...problems.map((p) => `  ${p.key}: ${p.value}\n    allowed: ${p.allowed}\n    fix:     ${p.fix}`),
      ].join("\n"),
    );
    this.name = "SettingsError";
  }
}

export function explain(issue: z.core.$ZodIssue, raw: unknown): SettingsProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(GUIDANCE)
      .filter((key) => key !== "stack" && parentOf(key) === generic(issue.path))
      .map((key) => key.split(".").at(-1));
    return issue.keys.map((key) => ({
      key: [...issue.path, key].join("."),
      value: show(lookUp(raw, [...issue.path, key])),
      allowed: `the keys ${known.join(", ")}`,
      fix: "remove the key or correct its spelling; Pulumi.README.yaml lists every key",
    }));
  }
  return [problem(issue.path, lookUp(raw, issue.path))];
}

export function problem(path: readonly PropertyKey[], value: unknown): SettingsProblem {
  const guidance = GUIDANCE[generic(path)] ?? GUIDANCE[parentOf(generic(path))];
  return {
    key: path.map(String).join("."),
    value: SECRET.has(generic(path)) && value !== undefined ? "(secret)" : show(value),
    allowed: guidance?.allowed ?? "see Pulumi.README.yaml",
    fix: guidance?.fix ?? "see Pulumi.README.yaml",
  };
}

/** `clients.0.name` is described under `clients.name`. */
function generic(path: readonly PropertyKey[]): string {
  return path.filter((part) => typeof part !== "number").join(".");
}

function parentOf(key: string): string {
  return key.includes(".") ? key.slice(0, key.lastIndexOf(".")) : "";
}

export function lookUp(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part], value);
}

export function show(value: unknown): string {
  const text = value === undefined ? "(missing)" : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
