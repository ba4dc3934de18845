/** Which files of a tree are taken, by paths relative to it, with `/` between folders. */
export interface TreeFilter {
  readonly takesFile: (path: string) => boolean;
  /** Whether anything in a folder can be taken; spares the walk a venv's ten thousand files. */
  readonly entersFolder: (path: string) => boolean;
}

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
 * Whether a file of a checkout is ComfyUI's source.
 *
 * Left out: hidden files (`.git`, `.venv`, `.env`), what tools make, model paths of another machine, and all that its
 * user put into the data folders: models, pictures, settings, custom nodes.
 */
export function isSourceFile(path: string): boolean {
  if (!isNodeFile(path) || path === "extra_model_paths.yaml") {
    return false;
  }
  const own = OWN_FILES_AMONG_DATA[path.split("/")[0] ?? ""];
  return own === undefined || own.some((pattern) => pattern.test(path));
}

/** Whether a folder of a checkout can hold ComfyUI's source. */
export function mayHoldSource(path: string): boolean {
  return mayHoldNode(path) && OWN_FILES_AMONG_DATA[path.split("/")[0] ?? ""]?.length !== 0;
}

/** All of a custom node but hidden files and what tools make. */
function isNodeFile(path: string): boolean {
  return mayHoldNode(path) && !/\.(pyc|log)$/.test(path);
}

function mayHoldNode(path: string): boolean {
  return !path.split("/").some((part) => part.startsWith(".") || NEVER_SOURCE.has(part));
}

/** ComfyUI's own files in a checkout of it. */
export const COMFYUI_FILES: TreeFilter = { takesFile: isSourceFile, entersFolder: mayHoldSource };
/** The files of a custom node. */
export const NODE_FILES: TreeFilter = { takesFile: isNodeFile, entersFolder: mayHoldNode };
