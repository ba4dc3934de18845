import type { Finding } from "./finding";

/** Packets that the pod's firewall refused, by the name of its counter. */
export type Counters = Readonly<Record<string, number>>;

/**
 * Whose refused packets mean something. Not `refused_in` (whoever is on the bridge knocks) and not `refused_out_other`
 * (the kernel's own multicast reports, among others).
 */
const TELLING = ["refused_out_comfyui", "refused_out_gateway", "refused_out_authorizer"];
/** How long an alert lasts after the last refusal, in milliseconds: a program that keeps trying is told once. */
const QUIET_MS = 5 * 60_000;

/** Finds out when the firewall refuses something: no member of the pod has a reason to open such a connection. */
export class CounterDetector {
  #last: Counters | undefined;
  readonly #rises = new Map<string, { at: number; packets: number }>();

  /** @param at milliseconds */
  observe(at: number, counters: Counters): Finding[] {
    const last = this.#last;
    this.#last = counters;
    for (const name of TELLING) {
      const now = counters[name] ?? 0;
      const before = last?.[name] ?? now;
      // Fewer than before: the pod was started anew and counts from nothing.
      const rise = now >= before ? now - before : now;
      if (rise > 0) {
        this.#rises.set(name, { at, packets: (this.#rises.get(name)?.packets ?? 0) + rise });
      }
      if (at - (this.#rises.get(name)?.at ?? at) > QUIET_MS) {
        this.#rises.delete(name);
      }
    }
    return [...this.#rises].map(([name, { packets }]) => ({
      kind: "refused-connections",
      subject: name,
      reason: `the firewall refused what ${name.slice("refused_out_".length)} tried to send`,
      facts: { packets },
    }));
  }
}
