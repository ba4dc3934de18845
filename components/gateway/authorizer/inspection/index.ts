import type { Principal } from "../principal";
import type { Refusal } from "../refusal";
import { checkEnvelope } from "./envelope";
import type { Submission } from "./submission";
import { type NodePolicy, workflowCheck } from "./workflow";

/** Judges a submission before ComfyUI sees it; undefined means no objection. */
export type Inspection = (submission: Submission, principal: Principal) => Refusal | undefined;

/** What surrounds the workflow first, then its nodes; the first objection counts. */
export function inspectionBy(policy: NodePolicy): Inspection {
  const checkWorkflow = workflowCheck(policy);
  return (submission, principal) =>
    checkEnvelope(submission, principal) ?? checkWorkflow(submission, principal);
}
