import type { Finding } from "./finding";

/** How long a source may be silent, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Finds sources that tell nothing any more: a watcher that sees nothing would otherwise look like one that is content. */
export class SilenceDetector {
  readonly #heard = new Map<string, { at: number; problem: string }>();

  /**
   * @param at milliseconds
   * @param source what was asked, e.g. `counters`
   * @param problem why it told nothing; undefined when it did
   */
  note(at: number, source: string, problem: string | undefined): void {
    const heard = this.#heard.get(source);
    this.#heard.set(source, {
      at: problem === undefined || heard === undefined ? at : heard.at,
      problem: problem ?? "",
    });
  }

  findings(at: number): Finding[] {
    return [...this.#heard]
      .filter(([, heard]) => heard.problem !== "" && at - heard.at > PATIENCE_MS)
      .map(([source, { problem }]) => ({
        kind: "blind",
        subject: source,
        reason: `the watcher sees nothing of the ${source} for more than a minute: ${problem}`,
      }));
  }
}
