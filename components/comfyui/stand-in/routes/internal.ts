/** What ComfyUI has under /internal for its own front end. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Route } from "../context";
import { json } from "../http";

/** What ComfyUI's front end shows as a terminal. */
const TERMINAL_SIZE = { cols: 80, rows: 24 };

function newestFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ name, modified: statSync(path.join(directory, name)).mtimeMs }))
    .sort((a, b) => b.modified - a.modified)
    .map(({ name }) => name);
}

export const INTERNAL_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/internal/logs",
    handle: (_request, { logs }) =>
      json(
        logs
          .lines()
          .map(({ t, m }) => `${t} - ${m}`)
          .join(""),
      ),
  },
  {
    method: "GET",
    path: "/internal/logs/raw",
    handle: (_request, { logs }) => json({ entries: logs.lines(), size: TERMINAL_SIZE }),
  },
  {
    method: "GET",
    path: "/internal/files/{directory_type}",
    handle: ({ parameters }, { folders }) => {
      const directory = folders.byType(parameters.directory_type as string);
      return directory === undefined
        ? json({ error: "Invalid directory type" }, 400)
        : json(newestFiles(directory));
    },
  },
];
