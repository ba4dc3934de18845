import type { Principal } from "../principal";
import { type Refusal, refusal } from "../refusal";
import { quote } from "./quote";
import { isObject, type Submission } from "./submission";

/** What ComfyUI reads. Extensions see the whole body, so a key that nobody knows is not handed to them. */
const TOP_LEVEL_KEYS: ReadonlySet<string> = new Set([
  "prompt",
  "client_id",
  "prompt_id",
  "extra_data",
  "partial_execution_targets",
  "number",
  "front",
]);

/** Ids that a browser or an API client makes up: a UUID with or without dashes, or a name of one's own. */
const CLIENT_ID = /^[A-Za-z0-9._:@-]{1,128}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text can be a clientId, in POST /prompt and on the WebSocket. */
export function isClientId(value: unknown): value is string {
  return typeof value === "string" && CLIENT_ID.test(value);
}

/**
 * Judges what surrounds the workflow in POST /prompt.
 *
 * `number` and `front` jump the queue, so they are the admin's. Without client_id ComfyUI sends progress and previews to
 * every socket, so only the admin may leave it out. An own prompt_id must be a UUID: it is a key of everyone's history.
 */
export function checkEnvelope({ body }: Submission, principal: Principal): Refusal | undefined {
  const isAdmin = principal.role === "admin";
  for (const key of Object.keys(body)) {
    if (!TOP_LEVEL_KEYS.has(key)) {
      const message = `The body's key ${quote(key, 40)} is not known; known are ${[...TOP_LEVEL_KEYS].join(", ")}.`;
      return refusal(400, "unknown_key", message);
    }
  }
  const { client_id, prompt_id, extra_data, partial_execution_targets, front } = body;
  if (!isAdmin && (body.number !== undefined || (front !== undefined && front !== false))) {
    return refusal(403, "queue_jump", 'Only an admin may set "number" or "front"; leave them out.');
  }
  if (client_id === undefined && !isAdmin) {
    return refusal(
      400,
      "client_id_missing",
      'Set "client_id" to the clientId of your WebSocket, or to a UUID.',
    );
  }
  if (client_id !== undefined && !isClientId(client_id)) {
    const message = 'The "client_id" must be a string of 1 to 128 letters, digits and . _ : @ -';
    return refusal(400, "invalid_client_id", message);
  }
  if (prompt_id !== undefined && !(typeof prompt_id === "string" && UUID.test(prompt_id))) {
    return refusal(
      400,
      "invalid_prompt_id",
      'The "prompt_id" must be a UUID in lower case; or leave it out.',
    );
  }
  if (extra_data !== undefined && !isObject(extra_data)) {
    return refusal(400, "invalid_shape", 'The "extra_data" must be a JSON object.');
  }
  // ComfyUI falls back to this one.
  if (extra_data?.client_id !== undefined && extra_data.client_id !== client_id) {
    return refusal(400, "invalid_client_id", 'The "client_id" in "extra_data" is not that of the body.');
  }
  if (partial_execution_targets !== undefined && partial_execution_targets !== null) {
    const areIds =
      Array.isArray(partial_execution_targets) &&
      partial_execution_targets.every((target) => typeof target === "string");
    if (!areIds) {
      return refusal(400, "invalid_shape", 'The "partial_execution_targets" must be an array of node ids.');
    }
  }
  return undefined;
}

/** The clientId whose events a checked submission feeds; undefined where it feeds everyone's. */
export function submittedClientId({ body }: Submission): string | undefined {
  return isClientId(body.client_id) ? body.client_id : undefined;
}
