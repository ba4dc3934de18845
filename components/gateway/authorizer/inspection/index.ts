import type { Principal } from "../principal";
import type { Refusal } from "../refusal";
import { nodeShape } from "./node-shape";
import type { Submission } from "./submission";

/** Judges a workflow before ComfyUI sees it; undefined means no objection. */
export type Check = (submission: Submission, principal: Principal) => Refusal | undefined;

/** In order; the first objection counts. */
const CHECKS: readonly Check[] = [nodeShape];

export function inspect(submission: Submission, principal: Principal): Refusal | undefined {
  for (const check of CHECKS) {
    const objection = check(submission, principal);
    if (objection) return objection;
  }
  return undefined;
}
