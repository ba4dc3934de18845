import type { Finding } from "./checks";

/** What was found, for a person: a line a check, the fix below each that failed, and a sentence at the end. */
export function preflightTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const line = (word: string, name: string, text: string) =>
    `${word.padEnd("FAILED".length)}  ${name.padEnd(width)}  ${text}`;
  const lines = findings.flatMap(({ check, ok, found, fix }) => [
    line(ok ? "ok" : "FAILED", check, found),
    ...(fix === undefined ? [] : [line("", "", `Fix: ${fix}`)]),
  ]);
  const failures = findings.filter(({ ok }) => !ok).length;
  const sentence =
    failures === 0
      ? `All ${findings.length} checks passed; nothing was made.`
      : `${failures} of ${findings.length} checks failed; nothing was made.`;
  return [...lines, "", sentence].join("\n");
}
