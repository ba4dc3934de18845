import { type Finding, KINDS, type Kind } from "./finding";

/** What changed since the last look. */
export interface Change {
  readonly raised: readonly Finding[];
  readonly cleared: readonly Finding[];
}

/** Remembers what is wrong, so that each thing is told once when it comes and once when it is gone. */
export class Board {
  readonly #active = new Map<Kind, Map<string, Finding>>(KINDS.map((kind) => [kind, new Map()]));
  readonly #raised = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));

  /** Takes over everything of one kind that is wrong now. */
  update(kind: Kind, findings: readonly Finding[]): Change {
    const before = this.#active.get(kind) ?? new Map<string, Finding>();
    const now = new Map(findings.map((finding) => [finding.subject, finding]));
    this.#active.set(kind, now);
    const raised = [...now.values()].filter(({ subject }) => !before.has(subject));
    this.#raised.set(kind, (this.#raised.get(kind) ?? 0) + raised.length);
    return { raised, cleared: [...before.values()].filter(({ subject }) => !now.has(subject)) };
  }

  /** How many things of a kind are wrong now, and how many ever were. */
  count(kind: Kind): { active: number; raised: number } {
    return { active: this.#active.get(kind)?.size ?? 0, raised: this.#raised.get(kind) ?? 0 };
  }
}
