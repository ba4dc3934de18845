/** Formats that hold numbers and no code. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,180}\.(safetensors|gguf)$/;
const FOLDER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,3}$/;

/** Whether a model may have this name: no path, nothing hidden, ending in .safetensors or .gguf. */
export function isModelName(name: string): boolean {
  return FILE_NAME.test(name);
}

/** Whether a folder is one below ComfyUI's `models`: relative, at most four deep, without `..` or hidden parts. */
export function isModelFolder(folder: string): boolean {
  return FOLDER.test(folder);
}

/** Whether a model may be fetched from there: https, without user, password or fragment. */
export function isModelUrl(url: string): boolean {
  if (!URL.canParse(url)) {
    return false;
  }
  const { protocol, username, password, hash } = new URL(url);
  return protocol === "https:" && username === "" && password === "" && hash === "";
}

/** The last segment of an URL's path; empty where it is none that can be decoded. */
export function nameInUrl(url: string): string {
  const segment = URL.canParse(url) ? (new URL(url).pathname.split("/").at(-1) ?? "") : "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}
