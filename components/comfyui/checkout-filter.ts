/** ComfyUI's own files in folders that otherwise hold its user's data; `*` stands for one file name. */
const OWN_FILES_AMONG_DATA: Readonly<Record<string, readonly RegExp[]>> = {
  custom_nodes: [/^custom_nodes\/(example_node\.py\.example|websocket_image_save\.py)$/],
  input: [/^input\/example\.png$/],
  models: [/^models\/[^/]+\/put_[^/]*_here$/, /^models\/configs\/[^/]+\.yaml$/],
  output: [],
  temp: [],
  user: [],
};

/** Made by tools beside the source, at any depth. */
const NEVER_SOURCE = new Set(["__pycache__", "node_modules", "venv", "web_custom_versions"]);

/**
 * Whether a file of a checkout is ComfyUI's source, by its path relative to the checkout, with `/` between folders.
 *
 * Left out: hidden files (`.git`, `.venv`, `.env`), what tools make, model paths of another machine, and all that its
 * user put into the data folders: models, pictures, settings, custom nodes.
 */
export function isSourceFile(path: string): boolean {
  const parts = path.split("/");
  if (parts.some((part) => part.startsWith(".") || NEVER_SOURCE.has(part))) {
    return false;
  }
  if (path === "extra_model_paths.yaml" || /\.(pyc|log)$/.test(path)) {
    return false;
  }
  const own = OWN_FILES_AMONG_DATA[parts[0] ?? ""];
  return own === undefined || own.some((pattern) => pattern.test(path));
}

/** Whether a folder can hold source: spares the walk a venv's ten thousand files. Same path as `isSourceFile`. */
export function mayHoldSource(path: string): boolean {
  const parts = path.split("/");
  const own = OWN_FILES_AMONG_DATA[parts[0] ?? ""];
  return !parts.some((part) => part.startsWith(".") || NEVER_SOURCE.has(part)) && own?.length !== 0;
}
