import type { IncomingMessage, ServerResponse } from "node:http";
import { answerRefusal } from "./answer";
import { type Refusal, refusal } from "./refusal";
import { answerHeaders, forwardedHeaders, upstreamRequest } from "./upstream";

/**
 * The whole body, held in memory; nginx's own limit, which comes first, should be the same.
 *
 * @throws where the client goes away before its end
 */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | Refusal> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    // What comes after the answer is dropped: destroying the stream would destroy the connection the answer needs.
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= limit) return;
      incoming.off("data", take).off("end", finish);
      resolve(refusal(413, "body_too_large", `The body is larger than ${limit} bytes.`));
    };
    const finish = () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks));
    };
    incoming.on("data", take).on("end", finish).on("error", reject);
  });
}

/** Passes the request to ComfyUI, with the body as it was read, and ComfyUI's answer back. */
export function forward(
  incoming: IncomingMessage,
  response: ServerResponse,
  body: { readonly contentType: string; readonly bytes: Buffer },
): void {
  const headers = {
    ...forwardedHeaders(incoming.headers),
    "Content-Type": body.contentType,
    "Content-Length": body.bytes.length,
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
  onward.end(body.bytes);
}
