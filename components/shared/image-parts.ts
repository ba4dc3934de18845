/** The parts of a stack that have an image of their own. */
export const IMAGE_PARTS = [
  "authorizer",
  "certificate",
  "comfyui",
  "gateway",
  "meter",
  "models",
  "pod",
  "watcher",
] as const;
