import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access } from "./access";
import { answerPassed, answerRefusal } from "./answer";
import { type ClientBinding, isRefused } from "./client-binding";
import { submittedClientId } from "./inspection/envelope";
import { parseSubmission } from "./inspection/submission";
import type { Principal } from "./principal";
import { type Refusal, refusal } from "./refusal";
import { readBody } from "./relay";
import type { GatewayRequest } from "./request";

/** /prompt: a GET passes; the body of a POST is inspected as a parsed copy. nginx forwards what passes, as it came. */
export async function handlePrompt(
  incoming: IncomingMessage,
  response: ServerResponse,
  request: GatewayRequest,
  principal: Principal,
  access: Access,
  binding: ClientBinding,
): Promise<void> {
  if (request.method !== "POST") {
    answerPassed(response);
    return;
  }
  if (request.contentKind !== "json") {
    const message = "Send application/json, without a charset or with utf-8.";
    answerRefusal(response, refusal(415, "content_type", message));
    return;
  }
  const body = await readBody(incoming, access.configuration.promptBodyBytes);
  if ("status" in body) {
    answerRefusal(response, body);
    return;
  }
  const objection = judgeBody(body, principal, access, binding);
  if (objection) answerRefusal(response, objection);
  else answerPassed(response);
}

function judgeBody(
  body: Buffer,
  principal: Principal,
  { inspect }: Access,
  binding: ClientBinding,
): Refusal | undefined {
  const submission = parseSubmission(body);
  if ("status" in submission) return submission;
  const objection = inspect(submission, principal);
  if (objection) return objection;
  const clientId = submittedClientId(submission);
  if (clientId === undefined) return undefined;
  const hold = binding.use(clientId, principal);
  if (isRefused(hold)) return hold;
  // The id stays the client's for long after; only a socket needs to hold it.
  hold.release();
  return undefined;
}
