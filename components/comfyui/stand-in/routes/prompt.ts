import { randomUUID } from "node:crypto";
import type { Context, Route } from "../context";
import { json, type Reply, type StandInRequest } from "../http";
import type { Float, Parsed, ParsedObject } from "../json";
import { bool, float, PythonError, str, typeName } from "../python";
import { validatePrompt } from "../validation";

/** The place in the queue: what the request says, or the next one, or before all others. */
function takeNumber(request: ParsedObject, context: Context): bigint | Float {
  const asked = request.get("number");
  if (asked !== undefined) return float(asked);
  const number = context.counter++;
  return bool(request.get("front") ?? null) ? -number : number;
}

/** ComfyUI queues an extra_data that is no object, and its worker thread dies of it; this refuses it with status 500. */
function extraDataOf(request: ParsedObject): ParsedObject {
  const extraData = request.get("extra_data") ?? new Map<string, Parsed>();
  if (!(extraData instanceof Map)) {
    throw new PythonError("TypeError", `'${typeName(extraData)}' object does not support item assignment`);
  }
  const clientId = request.get("client_id");
  if (clientId !== undefined) extraData.set("client_id", clientId);
  return extraData;
}

async function postPrompt(httpRequest: StandInRequest, context: Context): Promise<Reply> {
  context.log("got prompt");
  const request = await httpRequest.jsonObject();
  const number = takeNumber(request, context);
  const prompt = request.get("prompt");
  if (prompt === undefined) {
    const message = "No prompt provided";
    const error = { type: "no_prompt", message, details: message, extra_info: {} };
    return json({ error, node_errors: {} }, 400);
  }
  const promptId = request.has("prompt_id") ? str(request.get("prompt_id") ?? null) : randomUUID();
  const targets = request.get("partial_execution_targets");
  const verdict = validatePrompt(prompt, Array.isArray(targets) ? targets : undefined, context.folders);
  if (!verdict.ok) {
    context.log(`invalid prompt: ${verdict.error.message} ${verdict.error.details}`);
    return json({ error: verdict.error, node_errors: verdict.nodeErrors }, 400);
  }
  context.queue.put({
    number,
    promptId,
    prompt: prompt as ParsedObject,
    extraData: extraDataOf(request),
    outputs: verdict.outputs,
  });
  return json({ prompt_id: promptId, number, node_errors: verdict.nodeErrors });
}

export const PROMPT_ROUTES: readonly Route[] = [
  { method: "GET", path: "/prompt", handle: (_request, context) => json(context.queueInfo()) },
  { method: "POST", path: "/prompt", handle: postPrompt },
];
