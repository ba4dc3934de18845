/** What there is: nodes, models, extensions. */
import path from "node:path";
import type { Route } from "../context";
import { empty, json } from "../http";
import type { Writable } from "../json";
import { NODE_CLASSES, nodeInfo } from "../nodes";

export const INVENTORY_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/object_info",
    handle: (_request, { folders }) =>
      json(new Map([...NODE_CLASSES].map(([name, node]) => [name, nodeInfo(name, node, folders)]))),
  },
  {
    method: "GET",
    path: "/object_info/{node_class}",
    handle: ({ parameters }, { folders }) => {
      const name = parameters.node_class as string;
      const node = NODE_CLASSES.get(name);
      return json(new Map<string, Writable>(node ? [[name, nodeInfo(name, node, folders)]] : []));
    },
  },
  { method: "GET", path: "/models", handle: (_request, { folders }) => json(folders.modelFolderNames()) },
  {
    method: "GET",
    path: "/models/{folder}",
    handle: ({ parameters }, { folders }) => {
      const files = folders.modelFiles(parameters.folder as string);
      return files ? json(files) : empty(404);
    },
  },
  {
    method: "GET",
    path: "/embeddings",
    handle: (_request, { folders }) =>
      json((folders.modelFiles("embeddings") ?? []).map((file) => file.slice(0, -path.extname(file).length))),
  },
  // No front end, no custom nodes: nothing to list in these three.
  { method: "GET", path: "/extensions", handle: () => json([]) },
  { method: "GET", path: "/i18n", handle: () => json({}) },
  { method: "GET", path: "/workflow_templates", handle: () => json({}) },
];
