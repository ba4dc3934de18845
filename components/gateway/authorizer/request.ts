import type { IncomingHttpHeaders } from "node:http";
import { HANDOVER } from "../handover";
import { ROUTES, type Route } from "../routes";
import type { Credentials } from "./credentials";

/** A request as nginx has read it: the authorizer never looks at path, method or media type itself. */
export interface GatewayRequest {
  /** Undefined where the path is not in the route table. */
  readonly route: Route | undefined;
  readonly method: string;
  /** The client's address. */
  readonly address: string;
  /** The Origin header, undefined where there is none. */
  readonly origin: string | undefined;
  /** What Sec-Fetch-Site says, undefined where there is none: whose page made a browser send this. */
  readonly fetchSite?: "same-origin" | "none" | "other" | undefined;
  readonly contentKind: "json" | "text" | "multipart" | "none" | "other";
  /** Whether the body has a Content-Encoding. */
  readonly encoded: boolean;
  readonly credentials: Credentials;
}

const BY_ID = new Map(ROUTES.map((route) => [route.id, route]));

/** Reads the headers that nginx sets. Undefined where they are not all there: then it was not nginx who asked. */
export function readRequest(headers: IncomingHttpHeaders): GatewayRequest | undefined {
  const header = (name: string): string | undefined => {
    const value = headers[name.toLowerCase()];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const method = header(HANDOVER.method);
  const address = header(HANDOVER.address);
  const contentKind = header(HANDOVER.contentKind);
  if (method === undefined || address === undefined || !isContentKind(contentKind)) return undefined;
  return {
    route: BY_ID.get(header(HANDOVER.route) ?? ""),
    method,
    address,
    origin: header(HANDOVER.origin),
    fetchSite: readFetchSite(header(HANDOVER.fetchSite)),
    contentKind,
    encoded: header(HANDOVER.encoded) !== undefined,
    credentials: {
      apiKey: header(HANDOVER.apiKey),
      authorization: header(HANDOVER.authorization),
      session: header(HANDOVER.session),
      certificate: header(HANDOVER.certificate),
    },
  };
}

function isContentKind(text: string | undefined): text is GatewayRequest["contentKind"] {
  return text === "json" || text === "text" || text === "multipart" || text === "none" || text === "other";
}

function readFetchSite(text: string | undefined): GatewayRequest["fetchSite"] {
  return text === undefined || text === "same-origin" || text === "none" ? text : "other";
}
