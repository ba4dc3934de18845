/** What can be found:
 *
 * - `process`: one that is neither ComfyUI nor what the engine runs beside it
 * - `code`: ComfyUI's code or a custom node differs from what was built
 * - `pickle`: a file among the models that can run code when it is loaded
 * - `preload`: /etc/ld.so.preload is not empty
 * - `refused-connections`: the pod's firewall refused packets of one of its members
 * - `gpu`: a GPU works while ComfyUI's queue is empty
 * - `blind`: one of the watcher's own sources is silent
 */
export const KINDS = ["process", "code", "pickle", "preload", "refused-connections", "gpu", "blind"] as const;
export type Kind = (typeof KINDS)[number];

/** Something that should not be. Two of the same kind and subject are the same thing seen twice. */
export interface Finding {
  readonly kind: Kind;
  readonly subject: string;
  /** One sentence for whoever reads the log. */
  readonly reason: string;
  /** Figures and names behind it. */
  readonly facts?: Readonly<Record<string, unknown>>;
}
