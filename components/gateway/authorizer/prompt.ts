import type { IncomingMessage, ServerResponse } from "node:http";
import type { Access } from "./access";
import { answerRefusal } from "./answer";
import type { Inspection } from "./inspection";
import { parseSubmission } from "./inspection/submission";
import type { Principal } from "./principal";
import { type Refusal, refusal } from "./refusal";
import type { GatewayRequest } from "./request";
import { answerHeaders, forwardedHeaders, upstreamRequest } from "./upstream";

/** /prompt: a GET passes; the body of a POST is read, inspected as a parsed copy and forwarded as it came. */
export async function handlePrompt(
  incoming: IncomingMessage,
  response: ServerResponse,
  request: GatewayRequest,
  principal: Principal,
  { inspect, configuration: { promptBodyBytes: bodyLimit } }: Access,
): Promise<void> {
  if (request.method !== "POST") {
    forward(incoming, response, undefined);
    return;
  }
  if (request.contentKind !== "json") {
    const message = "Send application/json, without a charset or with utf-8.";
    answerRefusal(response, refusal(415, "content_type", message));
    return;
  }
  const body = await readBody(incoming, bodyLimit);
  if (body === undefined) {
    const message = `The body is larger than ${bodyLimit} bytes.`;
    answerRefusal(response, refusal(413, "body_too_large", message));
    return;
  }
  const objection = judgeBody(body, principal, inspect);
  if (objection) answerRefusal(response, objection);
  else forward(incoming, response, body);
}

function judgeBody(body: Buffer, principal: Principal, inspect: Inspection): Refusal | undefined {
  const submission = parseSubmission(body);
  return "prompt" in submission ? inspect(submission, principal) : submission;
}

/** The whole body; undefined where it exceeds the limit. */
async function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function forward(incoming: IncomingMessage, response: ServerResponse, body: Buffer | undefined): void {
  const headers = {
    ...forwardedHeaders(incoming.headers),
    ...(body && { "Content-Type": "application/json", "Content-Length": body.length }),
  };
  const onward = upstreamRequest(incoming.url ?? "/", incoming.method ?? "GET", headers, true);
  onward.on("response", (answer) => {
    // A failing ComfyUI may answer with its inner life; its log has it.
    if ((answer.statusCode ?? 500) >= 500) {
      answer.resume();
      const message = "ComfyUI failed to handle the request; its log says why.";
      answerRefusal(response, refusal(500, "internal_error", message));
      return;
    }
    response.writeHead(answer.statusCode ?? 500, answerHeaders(answer));
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  onward.on("error", () => {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const message = "ComfyUI does not answer: it is starting, or has stopped.";
    answerRefusal(response, refusal(502, "comfyui_unreachable", message));
  });
  response.on("close", () => onward.destroy());
  onward.end(body);
}
