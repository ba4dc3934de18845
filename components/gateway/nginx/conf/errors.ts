import { type ErrorStatus, errorBody } from "../../errors";

/** What is answered by nginx alone, with the message the client sees. */
export const NGINX_ERRORS: Record<ErrorStatus, { code: string; message: string }> = {
  400: {
    code: "bad_request",
    message: "The request is malformed, or its target is written in a way this gateway does not accept.",
  },
  401: {
    code: "no_credential",
    message: "Authentication is needed: send your API key in the header X-API-Key.",
  },
  403: { code: "forbidden", message: "ComfyUI refused this request." },
  404: { code: "not_found", message: "There is nothing here." },
  405: { code: "method_not_allowed", message: "This method is not allowed." },
  413: { code: "body_too_large", message: "The request body is larger than this route accepts." },
  414: { code: "target_too_long", message: "The request target is longer than 8 KiB." },
  415: { code: "unsupported_media_type", message: "This content type or encoding is not accepted." },
  421: { code: "unknown_host", message: "This gateway does not serve the host name of the request." },
  429: { code: "too_many_requests", message: "Too many requests: try again later." },
  500: { code: "internal_error", message: "ComfyUI failed to handle the request; its log says why." },
  501: { code: "not_implemented", message: "The Transfer-Encoding of the request is not supported." },
  502: { code: "comfyui_unreachable", message: "ComfyUI does not answer: it is starting, or has stopped." },
  503: {
    code: "unavailable",
    message: "The gateway cannot decide on requests at the moment: try again shortly.",
  },
  504: { code: "comfyui_timeout", message: "ComfyUI did not answer in time." },
  505: { code: "version_not_supported", message: "Use HTTP/1.1 or HTTP/2." },
};

function errorText(status: ErrorStatus): string {
  const { code, message } = NGINX_ERRORS[status];
  return errorBody(status, code, message);
}

export const ERRORS_FILE = "serve/errors.conf";
export const ERROR_FOLDER = "/.gateway/error";
export const REFUSED = "/.gateway/refused";
export const NOT_ALLOWED = "/.gateway/not-allowed";

/** What is not in the route table. */
export const UNROUTED_LOCATION = "@unrouted";

/** For locations that clients cannot ask for: to them, the path is one that is not in the route table. */
export const INTERNAL = `internal;
  recursive_error_pages on;
  error_page 404 = ${UNROUTED_LOCATION};`;

/** Refusal of a bad target; a number of its own, since ComfyUI's 400 must pass through unchanged. */
export const BAD_TARGET = 460;
export const MISDIRECTED = 461;
export const OUTSIDER = 462;

export function earlyErrorPages(): string {
  const statuses = (Object.keys(NGINX_ERRORS) as unknown as ErrorStatus[]).map(
    (status) => `error_page ${status} = ${ERROR_FOLDER}/${status};`,
  );
  // 494: header too large; 495: client certificate that does not verify; 497: plain HTTP on the TLS port.
  return [
    ...statuses,
    `error_page 494 495 497 = ${ERROR_FOLDER}/400;`,
    `error_page ${OUTSIDER} = ${NOT_ALLOWED};`,
  ].join("\n");
}

/** Each error's answer, as an internal location. */
export function errorLocations(): string {
  return (Object.keys(NGINX_ERRORS) as unknown as ErrorStatus[])
    .map(Number)
    .map((status) => {
      const text = `return ${status} '${errorText(status as ErrorStatus)}';`;
      // auth_request turns every failure of the authorizer into 500: no verdict means that nobody decided.
      const undecided = `if ($verdict_status = "") {
    return 503 '${errorText(503)}';
  }
  `;
      return `location = ${ERROR_FOLDER}/${status} {
  ${INTERNAL}
  default_type application/json;
  ${status === 500 ? undecided : ""}${text}
}`;
    })
    .join("\n");
}

/** The authorizer's refusals: nginx's auth_request knows only 401 and 403, the status to show comes in a header. */
const SHOWN_STATUSES = [400, 401, 404, 405, 415, 429];

export function refusedLocation(): string {
  return `location = ${REFUSED} {
  ${INTERNAL}
  default_type application/json;
${SHOWN_STATUSES.map(
  (status) => `  if ($verdict_status = ${status}) {
    return ${status} $verdict_body;
  }`,
).join("\n")}
  if ($verdict_status = 403) {
    return 403 $verdict_body;
  }
  return 403 '${errorText(403)}';
}`;
}

export function notAllowedLocation(): string {
  const message = "Your network address is not allowed here.";
  return `location = ${NOT_ALLOWED} {
  ${INTERNAL}
  default_type application/json;
  set $verdict_code address_not_allowed;
  return 403 '${errorBody(403, "address_not_allowed", message)}';
}`;
}
