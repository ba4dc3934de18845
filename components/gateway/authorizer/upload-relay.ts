import type { IncomingMessage, ServerResponse } from "node:http";
import { UPLOAD_BODY_BYTES } from "../handover";
import { answerRefusal } from "./answer";
import { OpenCounter } from "./limits";
import type { Principal } from "./principal";
import { refusal } from "./refusal";
import { forward, readBody } from "./relay";
import { inspectUpload, type Upload } from "./uploads";

/** Uploads in memory at once: eight are 200 MiB. */
const UPLOADS_PER_CLIENT = 4;
const UPLOADS_IN_ALL = 8;

/** POST /upload/image and /upload/mask: read whole, judged, forwarded as it came. */
export class UploadRelay {
  readonly #places = new OpenCounter(UPLOADS_PER_CLIENT, UPLOADS_IN_ALL);

  async handle(
    kind: Upload["kind"],
    incoming: IncomingMessage,
    response: ServerResponse,
    { client, role }: Principal,
  ): Promise<void> {
    const free = this.#places.open(client);
    if (!free) {
      const message = "Too many uploads are under way: send them one after the other.";
      answerRefusal(response, refusal(429, "too_many_uploads", message, { retryAfter: 5 }));
      return;
    }
    response.on("close", free);
    if (response.closed) free();
    const bytes = await readBody(incoming, UPLOAD_BODY_BYTES);
    if ("status" in bytes) {
      answerRefusal(response, bytes);
      return;
    }
    const contentType = incoming.headers["content-type"] ?? "";
    const objection = inspectUpload({ kind, contentType, body: bytes }, role);
    if (objection) answerRefusal(response, objection);
    else forward(incoming, response, { contentType, bytes });
  }
}
