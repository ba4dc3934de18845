import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  allowedMethods,
  FORBIDDEN_USERDATA,
  findRoute,
  hasEncodedParameter,
  isExact,
  neededRole,
  pathExpression,
  ROLES,
  ROUTES,
  roleCovers,
  spellings,
} from "../../components/gateway/routes";

describe("the route table", () => {
  it("names every route once, with a path nobody else has", () => {
    const ids = ROUTES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const paths = ROUTES.flatMap(spellings);
    expect(new Set(paths).size).toBe(paths.length);
    expect(ids).not.toContain(FORBIDDEN_USERDATA.id);
  });

  it("has ids and paths that need no quoting in nginx", () => {
    for (const { id, path } of ROUTES) {
      expect(id).toMatch(/^[a-z0-9_-]+$/);
      expect(path).toMatch(
        /^\/(?:[A-Za-z0-9_.-]+|\{\w+(?::(?:rest|encoded))?\})?(?:\/(?:[A-Za-z0-9_.-]+|\{\w+(?::(?:rest|encoded))?\}))*$/,
      );
    }
  });

  it("gives no two patterns the same path to decide on", () => {
    const patterns = ROUTES.filter(({ path }) => !isExact(path) && !hasEncodedParameter(path));
    for (const route of patterns) {
      for (const spelling of spellings(route)) {
        const example = spelling.replace(/\{[^}]+\}/g, "sample");
        const matching = patterns.filter((other) =>
          spellings(other).some((path) => new RegExp(`^${pathExpression(path)}$`).test(example)),
        );
        expect(matching.map(({ id }) => id)).toEqual([route.id]);
      }
    }
  });

  it.each([
    ["/", "ui"],
    ["/api/", "nothing"],
    ["/prompt", "prompt"],
    ["/api/prompt", "prompt"],
    ["/api/jobs", "jobs"],
    ["/api/api/jobs/cancel", "jobs-cancel"],
    ["/history/abc", "history-entry"],
    ["/internal/logs/raw", "internal"],
    ["/api/internal/logs", "nothing"],
    ["/assets/a/b.js", "ui-assets"],
    ["/api/assets/download", "api-assets-any"],
    ["/api/v2/manager/queue/install", "manager-v2-manager-any"],
    ["/userdata/a.json", "userdata-file"],
    ["/userdata/a.html", "nothing"],
    ["/userdata/a.js/move/b.json", "nothing"],
    ["/userdata/a.json/move/b.SVG", "nothing"],
    ["/userdata/__manager/config.ini", "nothing"],
    ["/userdata/user.css", "userdata-file"],
    ["/experiment/models/preview/loras/0/a/b.png", "experiment-models-any"],
    ["/models/loras", "models-folder"],
    ["/api/models/download", "models-download"],
    ["/models/download/1", "models-download-any"],
    ["/unknown", "nothing"],
    ["/prompt/", "nothing"],
  ])("%s is %s", (path, id) => {
    expect(findRoute(path)?.id ?? "nothing").toBe(id);
  });

  it("knows who needs which role", () => {
    const queue = findRoute("/queue");
    if (!queue) throw new Error("no /queue");
    expect(neededRole(queue, "GET")).toBe("admin");
    expect(neededRole(queue, "HEAD")).toBe("admin");
    expect(neededRole(queue, "DELETE")).toBeUndefined();
    expect(neededRole(queue, "constructor")).toBeUndefined();
    expect(allowedMethods(queue)).toEqual(["GET", "POST", "HEAD"]);
    expect(ROLES.map((role) => roleCovers(role, "user"))).toEqual([false, true, true]);
  });

  it.each(["/free", "/interrupt", "/queue", "/history", "/users", "/internal/logs", "/api/jobs"])(
    "%s is for admins only, in every method",
    (path) => {
      const route = findRoute(path);
      const roles = Object.values(route?.access ?? {}).filter((role) => role !== "never");
      expect(roles.length).toBeGreaterThan(0);
      expect(new Set(roles)).toEqual(new Set(["admin"]));
    },
  );
});

/** `METHOD /path` of what a ComfyUI registers, with a sample for each parameter. */
const sample = (path: string) => path.replace(/\{[^}]*\}/g, "sample");
const isDecided = (method: string, path: string): boolean => {
  const route = findRoute(path);
  return route !== undefined && neededRole(route, method) !== undefined;
};

// Read from 0.3.64 and from the newest source that could be had; written down, so that every run looks at them.
const KNOWN_ROUTES = readFileSync(join(__dirname, "comfyui-routes.txt"), "utf8").trim().split("\n");

it("has a decision for every route that ComfyUI was ever seen with, in both spellings", () => {
  expect(KNOWN_ROUTES.length).toBeGreaterThan(70);
  const undecided = KNOWN_ROUTES.flatMap((line) => {
    const [method = "", path = ""] = line.split(" ");
    const isMirrored = !/^\/(?:$|internal|templates)/.test(path);
    const paths = isMirrored ? [path, `/api${path}`] : [path];
    return paths.map(sample).filter((one) => !isDecided(method, one));
  });
  expect(undecided).toEqual([]);
});

const source = process.env.COMFYUI_SOURCE;
if (!source) console.log("routes of a real ComfyUI: skipped, COMFYUI_SOURCE does not name a source tree");

describe.skipIf(!source)("a real ComfyUI", () => {
  it("has no route without a decision", () => {
    const found = routesOf(source ?? "");
    expect(found.length).toBeGreaterThan(30);
    const undecided = found.filter(({ method, path }) => !isDecided(method, path));
    expect(undecided.map(({ method, path, file }) => `${method} ${path} (${file})`)).toEqual([]);
  });
});

/** Routes that the source's decorators register, with a sample for each parameter. */
function routesOf(root: string): { method: string; path: string; file: string }[] {
  if (!existsSync(join(root, "server.py"))) throw new Error(`COMFYUI_SOURCE "${root}" holds no server.py`);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (name) =>
      name.endsWith(".py") && !/(?:^|\/)(?:tests|tests-unit|custom_nodes|script_examples)\//.test(name),
  );
  return files.flatMap((file) => {
    const prefix = file.includes("routes/internal/") ? "/internal" : "";
    const text = readFileSync(join(root, file), "utf8");
    const decorators = text.matchAll(
      /@(?:\w+\.)*routes\.(get|post|put|patch|delete|head|view)\(\s*(['"])(.*?)\2/gi,
    );
    return [...decorators].map(([, method = "", , path = ""]) => ({
      method: method.toUpperCase(),
      path: prefix + sample(path),
      file,
    }));
  });
}
