/**
 * The one route table. It renders nginx's locations, feeds the authorizer's decisions and the tests. A path that
 * matches no entry is answered with 404 by the gateway and never reaches ComfyUI.
 */

/** Roles in rising order; a role may do what the ones before it may. */
export const ROLES = ["worker", "user", "admin"] as const;
export type Role = (typeof ROLES)[number];

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Who may use a method of a route: this role and those above it, or nobody. GET stands for HEAD too. */
export type Access = Partial<Record<HttpMethod, Role | "never">> | "never";

/**
 * What travels in the request:
 * - `none`: no body is forwarded with a content type,
 * - `json`: the gateway forces `application/json` upstream (aiohttp decodes with whatever charset a client declares),
 * - `json-as-text`: the same for what the web UI sends as text/plain, its settings,
 * - `multipart`: an upload, streamed with the client's own Content-Type, which names the boundary,
 * - `raw`: a file's bytes, streamed,
 * - `socket`: a WebSocket upgrade.
 */
export type Payload = "none" | "json" | "json-as-text" | "multipart" | "raw" | "socket";

/**
 * What the answer is for a browser; decides its Content-Security-Policy: `data` never renders, `page` is the web UI,
 * `untrusted` is a file somebody uploaded or generated.
 */
export type Content = "data" | "page" | "untrusted";

/**
 * How long an answer may be used again. Everything is for one client alone, so no shared cache may keep any of it.
 * - `none`: not at all,
 * - `revalidate`: the browser keeps it and asks each time whether it still holds,
 * - `hashed`: the same, and for a year without asking where the name fits `HASHED_FILE`,
 * - `gateway`: the browser does not keep it, but the gateway does for `INVENTORY_SECONDS`, and answers everybody who may
 *   have it with the same. For exact paths only, whose answer depends on nothing in the request.
 */
export type Caching = "none" | "revalidate" | "hashed" | "gateway";

export interface Route {
  /** Unique; appears in the audit log. */
  id: string;
  /**
   * `/exact`, `/x/{name}` (one segment), `/x/{name:encoded}` (one segment of the raw target, in which `%2F` is kept:
   * ComfyUI's userdata files), `/x/{name:rest}` (one or more segments).
   */
  path: string;
  access: Access;
  /**
   * - `direct`: nginx asks the authorizer, then talks to ComfyUI itself,
   * - `inspected`: nginx hands the authorizer the whole request, and sends what that passes to ComfyUI itself, body
   *   included, from where it holds it,
   * - `authorizer`: the whole request goes through the authorizer, and so does the answer.
   */
  handling: "direct" | "inspected" | "authorizer";
  payload: Payload;
  content: Content;
  caching: Caching;
  /** `both`: also under /api, as ComfyUI registers every non-static route twice. */
  spellings: "both" | "bare";
}

type RouteOptions = Partial<Pick<Route, "handling" | "payload" | "content" | "caching" | "spellings">>;

function route(id: string, path: string, access: Access, options: RouteOptions = {}): Route {
  return {
    id,
    path,
    access,
    handling: "direct",
    payload: "none",
    content: "data",
    caching: "none",
    spellings: "both",
    ...options,
  };
}

/** Front end files: ComfyUI mounts them without the /api spelling. */
function page(id: string, path: string, caching: Caching = "revalidate"): Route {
  return route(id, path, { GET: "user" }, { content: "page", caching, spellings: "bare" });
}

/** ComfyUI-Manager's routes: pip and git install, reboot, configuration writes, some of them by GET. */
const MANAGER_FOLDERS = ["customnode", "manager", "snapshot", "comfyui_manager", "externalmodel"];

const MANAGER_ROUTES: Route[] = ["", "/v2"].flatMap((version) =>
  MANAGER_FOLDERS.flatMap((folder) => [
    route(`manager${version.replace("/", "-")}-${folder}`, `${version}/${folder}`, "never"),
    route(`manager${version.replace("/", "-")}-${folder}-any`, `${version}/${folder}/{rest:rest}`, "never"),
  ]),
);

/** Reads and writes every file of ComfyUI, models included; newer versions fetch any URL. */
const ASSET_ROUTES: Route[] = ["assets", "tags", "tasks"].flatMap((folder) => [
  // Without /api, /assets is the front end's own folder of static files.
  route(`api-${folder}`, `/api/${folder}`, "never"),
  route(`api-${folder}-any`, `/api/${folder}/{rest:rest}`, "never"),
]);

export const ROUTES: readonly Route[] = [
  // The web UI.
  page("ui", "/"),
  page("ui-index", "/index.html"),
  page("ui-icons", "/materialdesignicons.min.css"),
  page("ui-user-css", "/user.css"),
  page("ui-assets", "/assets/{file:rest}", "hashed"),
  page("ui-cursor", "/cursor/{file:rest}"),
  page("ui-fonts", "/fonts/{file:rest}"),
  page("ui-scripts", "/scripts/{file:rest}"),
  page("ui-extensions", "/extensions/{file:rest}"),
  page("ui-templates", "/templates/{file:rest}"),
  page("ui-docs", "/docs/{file:rest}"),

  // Workflows and their results.
  route("prompt", "/prompt", { GET: "worker", POST: "worker" }, { handling: "inspected", payload: "json" }),
  route("ws", "/ws", { GET: "worker" }, { handling: "authorizer", payload: "socket" }),
  route("queue", "/queue", { GET: "admin", POST: "admin" }, { payload: "json" }),
  route("history", "/history", { GET: "admin", POST: "admin" }, { payload: "json" }),
  route("history-entry", "/history/{prompt}", { GET: "worker" }),
  route("interrupt", "/interrupt", { POST: "admin" }, { payload: "json" }),
  route("free", "/free", { POST: "admin" }, { payload: "json" }),
  // Their paths begin with /api in ComfyUI's source, so the second spelling is /api/api/jobs.
  route("jobs", "/api/jobs", { GET: "admin" }),
  route("jobs-cancel", "/api/jobs/cancel", { POST: "admin" }, { payload: "json" }),
  route("job", "/api/jobs/{job}", { GET: "admin" }),
  route("job-cancel", "/api/jobs/{job}/cancel", { POST: "admin" }, { payload: "json" }),
  route("view", "/view", { GET: "worker" }, { content: "untrusted", caching: "revalidate" }),
  route(
    "upload-image",
    "/upload/image",
    { POST: "worker" },
    { handling: "authorizer", payload: "multipart" },
  ),
  route("upload-mask", "/upload/mask", { POST: "worker" }, { handling: "authorizer", payload: "multipart" }),
  route("upload-temp", "/upload/temp", "never"),

  // Inventory.
  route("object-info", "/object_info", { GET: "worker" }, { caching: "gateway" }),
  route("object-info-class", "/object_info/{class}", { GET: "worker" }),
  route("models", "/models", { GET: "worker" }),
  route("models-folder", "/models/{folder}", { GET: "worker" }),
  // Newer versions fetch models from hosts on the internet here; models come from the settings alone.
  route("models-download", "/models/download", "never"),
  route("models-download-any", "/models/download/{rest:rest}", "never"),
  route("embeddings", "/embeddings", { GET: "worker" }),
  route("extensions", "/extensions", { GET: "worker" }),
  route("view-metadata", "/view_metadata/{folder}", { GET: "worker" }),
  route("system-stats", "/system_stats", { GET: "worker" }),
  route("features", "/features", { GET: "worker" }),

  // The user's own files and settings, as the web UI needs them.
  route("settings", "/settings", { GET: "user", POST: "user" }, { payload: "json-as-text" }),
  route("setting", "/settings/{id}", { GET: "user", POST: "user" }, { payload: "json-as-text" }),
  route("userdata", "/userdata", { GET: "user" }),
  route("userdata-v2", "/v2/userdata", { GET: "user" }),
  route(
    "userdata-file",
    "/userdata/{file:encoded}",
    { GET: "user", POST: "user", DELETE: "user" },
    { payload: "raw", content: "untrusted" },
  ),
  route(
    "userdata-move",
    "/userdata/{file:encoded}/move/{dest:encoded}",
    { POST: "user" },
    { payload: "raw" },
  ),
  route("i18n", "/i18n", { GET: "user" }),
  route("global-subgraphs", "/global_subgraphs", { GET: "user" }),
  route("global-subgraph", "/global_subgraphs/{id}", { GET: "user" }),
  route("node-replacements", "/node_replacements", { GET: "user" }),
  route("workflow-templates", "/workflow_templates", { GET: "user" }),
  route("workflow-template", "/workflow_templates/{file:rest}", { GET: "user" }, { content: "untrusted" }),

  // Enumeration, logs, absolute paths.
  route("users", "/users", { GET: "admin", POST: "never" }, { payload: "json" }),
  route("internal", "/internal/{rest:rest}", { GET: "admin", PATCH: "never" }, { spellings: "bare" }),
  route("experiment-models", "/experiment/models", { GET: "admin" }),
  route(
    "experiment-models-any",
    "/experiment/models/{rest:rest}",
    { GET: "admin" },
    { content: "untrusted" },
  ),

  ...ASSET_ROUTES,
  ...MANAGER_ROUTES,
];

/**
 * User data nobody may touch although its path fits `userdata-file`: what a browser would run, and the folders of
 * ComfyUI-Manager (`__manager`). Matched on the decoded path, before the table. The file types are matched in every
 * segment, so that the destination of a move counts too. user.css is the one style sheet the UI loads from there.
 */
export const FORBIDDEN_USERDATA = {
  id: "userdata-forbidden",
  pattern:
    "^(?:/api)?(?:/v2)?/userdata/(?:(?:.*/)?__|.*\\.(?:html?|xhtml|xht|shtml|svgz?|xml|xslt?|m?js|cjs|wasm|swf|hta)(?:/|$))",
} as const;

/**
 * Files whose name has a hash of their content, as Vite names what it bundles: `/assets/index-BKeTeXLp.js`. A hash has a
 * digit or a capital, which tells it from a word: `sorted-custom-node-map.json`.
 */
export const HASHED_FILE = "^/assets/[^/]+-(?=[a-z_-]{0,7}[A-Z0-9])[A-Za-z0-9_-]{8}\\.[a-z0-9]+$";

/** Whether `role` includes everything `needed` may do. */
export function roleCovers(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** The methods of a route that somebody may use, HEAD included where GET is. */
export function allowedMethods(entry: Route): string[] {
  if (entry.access === "never") return [];
  const methods = Object.entries(entry.access)
    .filter(([, role]) => role !== "never")
    .map(([method]) => method);
  return methods.includes("GET") ? [...methods, "HEAD"] : methods;
}

/** The role a method of the route needs; undefined where the route does not have the method. */
export function neededRole(entry: Route, method: string): Role | "never" | undefined {
  if (entry.access === "never") return "never";
  const name = method === "HEAD" ? "GET" : method;
  return Object.hasOwn(entry.access, name) ? entry.access[name as HttpMethod] : undefined;
}

/** Every path a route is reachable under, still with its parameters. */
export function spellings(entry: Route): string[] {
  return entry.spellings === "both" ? [entry.path, `/api${entry.path}`] : [entry.path];
}

export function isExact(path: string): boolean {
  return !path.includes("{");
}

export function hasEncodedParameter(path: string): boolean {
  return path.includes(":encoded}");
}

/**
 * A regular expression (the common subset of PCRE and JavaScript, no anchors) for one path pattern. `encoded`
 * parameters match one segment of the raw target; everything else matches the decoded path.
 */
export function pathExpression(path: string): string {
  return path
    .split("/")
    .map((segment) => {
      const parameter = /^\{\w+(?::(\w+))?\}$/.exec(segment);
      if (!parameter) return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      switch (parameter[1]) {
        case undefined:
          return "[^/]+";
        case "encoded":
          return "[^/?]+";
        case "rest":
          return ".+";
        default:
          throw new Error(
            `routes.ts: parameter kind "${parameter[1]}" of "${path}" is unknown; use encoded or rest`,
          );
      }
    })
    .join("/");
}

/** The route of a well-formed path without percent encoding, as nginx would find it; for tests and documentation. */
export function findRoute(path: string): Route | undefined {
  if (new RegExp(FORBIDDEN_USERDATA.pattern, "i").test(path)) return undefined;
  const exact = ROUTES.find((entry) => spellings(entry).includes(path));
  if (exact) return exact;
  return ROUTES.find((entry) =>
    spellings(entry).some(
      (spelling) => !isExact(spelling) && new RegExp(`^${pathExpression(spelling)}$`).test(path),
    ),
  );
}
