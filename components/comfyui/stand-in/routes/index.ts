import type { Route } from "../context";
import { text } from "../http";
import { INVENTORY_ROUTES } from "./inventory";
import { pageRoute } from "./page";
import { PROMPT_ROUTES } from "./prompt";
import { QUEUE_ROUTES } from "./queue";
import { SYSTEM_ROUTES } from "./system";
import { UPLOAD_ROUTES } from "./upload";
import { USER_ROUTES } from "./user";
import { VIEW_ROUTES } from "./view";

/** GET /ws without an upgrade; with one the request never gets here. */
const PLAIN_WEBSOCKET_ROUTE: Route = {
  method: "GET",
  path: "/ws",
  handle: () => text('No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".', 400),
};

/** The routes that exist as `/x` and as `/api/x`. */
export const MIRRORED_ROUTES: readonly Route[] = [
  pageRoute,
  PLAIN_WEBSOCKET_ROUTE,
  ...PROMPT_ROUTES,
  ...QUEUE_ROUTES,
  ...VIEW_ROUTES,
  ...UPLOAD_ROUTES,
  ...INVENTORY_ROUTES,
  ...SYSTEM_ROUTES,
  ...USER_ROUTES,
];

/** The routes that exist once. */
export { INTERNAL_ROUTES } from "./internal";
