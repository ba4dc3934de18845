import { readFileSync } from "node:fs";
import path from "node:path";
import type { Context, Route } from "../context";
import { guessContentType, isFile, isWithin, splitAnnotation } from "../folders";
import { empty, type Reply, type StandInRequest } from "../http";
import { mapPixels } from "../picture";
import { decodePng, pngBytes } from "../png";

/** Kinds of file that a browser would run: sent as a download instead. */
const ACTIVE_CONTENT_TYPES = new Set([
  "text/html",
  "text/html-sandboxed",
  "application/xhtml+xml",
  "text/javascript",
  "text/css",
]);

async function pngOf(file: string, channel: string): Promise<Buffer> {
  const picture = decodePng(readFileSync(file));
  if (channel === "a") return pngBytes(mapPixels(picture, 4, ([, , , alpha = 255]) => [0, 0, 0, alpha]));
  return pngBytes(
    channel === "rgb" && picture.channels === 4 ? mapPixels(picture, 3, (pixel) => pixel) : picture,
  );
}

async function view(request: StandInRequest, { folders }: Context): Promise<Reply> {
  const { query } = request;
  const asked = query.get("filename");
  if (asked === null) return empty(404);
  const { name, type } = splitAnnotation(asked);
  if (name === "") return empty(400);
  if (name.startsWith("/") || name.includes("..")) return empty(400);
  let directory = folders.byType(type ?? query.get("type") ?? "output");
  if (directory === undefined) return empty(400);
  const subfolder = query.get("subfolder");
  if (subfolder !== null) {
    const full = path.resolve(directory, subfolder);
    if (!isWithin(directory, full)) return empty(403);
    directory = full;
  }
  const filename = path.basename(name);
  const file = path.join(directory, filename);
  if (!isFile(file)) return empty(404);

  const headers = { "Content-Disposition": `filename="${filename}"` };
  const channel = query.get("channel") ?? "rgba";
  if (query.has("preview") || channel === "rgb" || channel === "a") {
    // ComfyUI makes WebP or JPEG previews; this has no encoder for them.
    const body = await pngOf(file, channel);
    return { status: 200, headers: { ...headers, "Content-Type": "image/png" }, body };
  }
  const guessed = guessContentType(filename) ?? "application/octet-stream";
  const contentType = ACTIVE_CONTENT_TYPES.has(guessed) ? "application/octet-stream" : guessed;
  return { status: 200, headers: { ...headers, "Content-Type": contentType }, file };
}

export const VIEW_ROUTES: readonly Route[] = [
  { method: "GET", path: "/view", handle: view },
  // The metadata of a safetensors file; the stand-in reads no models.
  { method: "GET", path: "/view_metadata/{folder_name}", handle: () => empty(404) },
];
