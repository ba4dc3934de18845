/** Finds the route of a request as aiohttp does with ComfyUI's routes. */
import type { Route } from "./context";
import { INTERNAL_ROUTES, MIRRORED_ROUTES } from "./routes";

const ROUTES: readonly Route[] = [
  ...MIRRORED_ROUTES,
  ...MIRRORED_ROUTES.map((route) => ({ ...route, path: `/api${route.path}` })),
  ...INTERNAL_ROUTES,
];

/** Method and path pattern of every route, both spellings, `/ws` included. HEAD is served wherever GET is. */
export const STAND_IN_ROUTES: readonly { readonly method: Route["method"]; readonly path: string }[] =
  ROUTES.map(({ method, path }) => ({ method, path }));

const COMPILED = ROUTES.map((route) => ({ route, pattern: route.path.split("/").slice(1) }));

/** The decoded segments and the query of a request target, or undefined where it is malformed. */
export function parseTarget(target: string): { segments: string[]; query: URLSearchParams } | undefined {
  const withoutAuthority = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const [resource = ""] = withoutAuthority.split("#");
  const questionMark = resource.indexOf("?");
  const path = questionMark < 0 ? resource : resource.slice(0, questionMark);
  const query = new URLSearchParams(questionMark < 0 ? "" : resource.slice(questionMark + 1));
  try {
    // An encoded slash stays inside its segment: /userdata/a%2Fb is one file name.
    return { segments: path.split("/").slice(1).map(decodeURIComponent), query };
  } catch {
    return undefined;
  }
}

function matchPattern(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] as string;
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== segment : segment === "") return undefined;
    if (name !== undefined) parameters[name] = segment;
  }
  return parameters;
}

export type RouteMatch =
  | { readonly route: Route; readonly parameters: Readonly<Record<string, string>> }
  /** nothing matched; the methods that the path has, empty for a plain 404 */
  | { readonly allowed: readonly string[] };

export function matchRoute(method: string, segments: readonly string[]): RouteMatch {
  const wanted = method === "HEAD" ? "GET" : method;
  const allowed = new Set<string>();
  for (const { route, pattern } of COMPILED) {
    const parameters = matchPattern(pattern, segments);
    if (!parameters) continue;
    if (route.method === wanted) return { route, parameters };
    allowed.add(route.method);
  }
  // ComfyUI serves its front end's files from every other path, by GET and HEAD only.
  if (wanted === "GET") return { allowed: [] };
  return { allowed: [...allowed.add("GET").add("HEAD")].sort() };
}
