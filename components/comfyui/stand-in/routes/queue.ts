/** Queue, history, and what stops or frees things. */
import type { Route } from "../context";
import { empty, json, type StandInRequest } from "../http";
import type { Parsed } from "../json";
import { bool, int, PythonError, typeName } from "../python";

/** The two orders that POST /queue and POST /history take. */
async function clearAndDelete(
  request: StandInRequest,
  clear: () => void,
  remove: (id: Parsed) => void,
): Promise<void> {
  const body = await request.jsonObject();
  if (bool(body.get("clear") ?? null)) clear();
  const ids = body.get("delete");
  if (ids === undefined) return;
  if (!Array.isArray(ids))
    throw new PythonError("TypeError", `'${typeName(ids)}' object is not a list of ids`);
  for (const id of ids) remove(id);
}

function queryInteger(request: StandInRequest, name: string): number | undefined {
  const value = request.query.get(name);
  return value === null ? undefined : Number(int(value));
}

export const QUEUE_ROUTES: readonly Route[] = [
  { method: "GET", path: "/queue", handle: (_request, { queue }) => json(queue.snapshot()) },
  {
    method: "POST",
    path: "/queue",
    handle: async (request, { queue }) => {
      await clearAndDelete(
        request,
        () => queue.wipe(),
        (id) => queue.delete(id),
      );
      return empty(200);
    },
  },
  {
    method: "GET",
    path: "/history",
    handle: (request, { queue }) =>
      json(queue.historyPage(queryInteger(request, "max_items"), queryInteger(request, "offset") ?? -1)),
  },
  {
    method: "POST",
    path: "/history",
    handle: async (request, { queue }) => {
      await clearAndDelete(
        request,
        () => queue.wipeHistory(),
        (id) => queue.deleteHistory(id),
      );
      return empty(200);
    },
  },
  {
    method: "GET",
    path: "/history/{prompt_id}",
    handle: (request, { queue }) => json(queue.historyOf(request.parameters.prompt_id as string)),
  },
  {
    method: "POST",
    path: "/interrupt",
    handle: async (request, { queue, executor }) => {
      // ComfyUI takes a body that is not JSON, none included, for an empty object.
      const body = await request.json().catch((error: Error) => {
        if (error instanceof SyntaxError) return new Map<string, Parsed>();
        throw error;
      });
      if (!(body instanceof Map)) {
        throw new PythonError("AttributeError", `'${typeName(body)}' object has no attribute 'get'`);
      }
      const promptId = body.get("prompt_id") ?? null;
      if (!bool(promptId) || queue.isRunning(promptId)) executor.interrupt();
      return empty(200);
    },
  },
  {
    method: "POST",
    path: "/free",
    handle: async (request, { executor }) => {
      const body = await request.json();
      if (!(body instanceof Map)) {
        throw new PythonError("AttributeError", `'${typeName(body)}' object has no attribute 'get'`);
      }
      // unload_models alone has nothing to unload here.
      if (bool(body.get("free_memory") ?? null)) executor.free();
      return empty(200);
    },
  },
];
