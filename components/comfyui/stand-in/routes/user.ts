/** Settings and user data of the one user that ComfyUI has without --multi-user. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Context, Route } from "../context";
import { guessContentType, isFile, isWithin } from "../folders";
import { empty, HttpError, json, type Reply, type StandInRequest, text } from "../http";
import { Float, type Parsed, type ParsedObject, parseJson, stringifyJson, type Writable } from "../json";
import { PythonError, typeName } from "../python";

const USER = "default";
const SETTINGS_FILE = "comfy.settings.json";

function userRoot({ folders }: Context): string {
  return path.join(folders.user, USER);
}

/** The file that `name` means below the user's folder, or undefined where it would lie outside. Makes its folder. */
function userFile(name: string, context: Context): string | undefined {
  let relative = name;
  if (name.includes("%")) {
    // Names arrive encoded twice from some clients.
    try {
      relative = decodeURIComponent(name);
    } catch {
      return undefined;
    }
  }
  const root = userRoot(context);
  const file = path.resolve(root, relative);
  if (relative.includes("\0") || !isWithin(root, file)) return undefined;
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

function namedFile(request: StandInRequest, context: Context, parameter = "file"): string {
  const file = userFile(request.parameters[parameter] as string, context);
  if (file === undefined) throw new HttpError(empty(403));
  return file;
}

function existingFile(request: StandInRequest, context: Context): string {
  const file = namedFile(request, context);
  if (!existsSync(file)) throw new HttpError(empty(404));
  return file;
}

function fileInfo(file: string, relativeTo: string): Writable {
  const { size, mtimeMs, ctimeMs } = statSync(file);
  return {
    path: path.relative(relativeTo, file),
    size,
    modified: new Float(mtimeMs / 1000),
    created: new Float(ctimeMs / 1000),
  };
}

function described(file: string, request: StandInRequest, context: Context): Reply {
  const root = userRoot(context);
  const isFull = request.query.get("full_info")?.toLowerCase() === "true";
  return json(isFull ? fileInfo(file, root) : path.relative(root, file));
}

function refuseOverwrite(file: string, request: StandInRequest): void {
  if (request.query.get("overwrite") === "false" && existsSync(file)) {
    throw new HttpError(text("File already exists", 409));
  }
}

function readSettings(context: Context): ParsedObject {
  const file = path.join(userRoot(context), SETTINGS_FILE);
  if (!isFile(file)) return new Map();
  try {
    const settings = parseJson(readFileSync(file, "utf8"));
    return settings instanceof Map ? settings : new Map();
  } catch {
    context.log(`The user settings file is corrupted: ${file}`);
    return new Map();
  }
}

function saveSettings(settings: ParsedObject, context: Context): void {
  mkdirSync(userRoot(context), { recursive: true });
  writeFileSync(path.join(userRoot(context), SETTINGS_FILE), stringifyJson(settings));
}

function listFiles(request: StandInRequest, context: Context): Reply {
  const { query } = request;
  const asked = query.get("dir") ?? "";
  if (asked === "") return text("Directory not provided", 400);
  const directory = userFile(asked, context);
  if (directory === undefined) return text("Invalid directory", 403);
  if (!existsSync(directory)) return text("Directory not found", 404);
  const isTrue = (name: string): boolean => query.get(name)?.toLowerCase() === "true";
  const files = readdirSync(directory, { recursive: isTrue("recurse"), withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => path.join(entry.parentPath, entry.name));
  return json(
    files.map((file): Writable => {
      const relative = path.relative(directory, file);
      if (isTrue("full_info")) return fileInfo(file, directory);
      return isTrue("split") ? [relative, ...relative.split("/")] : relative;
    }),
  );
}

export const USER_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/users",
    handle: (_request, context) => json({ storage: "server", migrated: existsSync(userRoot(context)) }),
  },
  {
    method: "GET",
    path: "/settings",
    handle: (_request, context) => json(readSettings(context)),
  },
  {
    method: "GET",
    path: "/settings/{id}",
    handle: ({ parameters }, context) => json(readSettings(context).get(parameters.id as string) ?? null),
  },
  {
    method: "POST",
    path: "/settings",
    handle: async (request, context) => {
      const body: Parsed = await request.json();
      if (!(body instanceof Map)) {
        throw new PythonError("TypeError", `'${typeName(body)}' object is not a mapping`);
      }
      saveSettings(new Map([...readSettings(context), ...body]), context);
      return empty(200);
    },
  },
  {
    method: "POST",
    path: "/settings/{id}",
    handle: async (request, context) => {
      const value = await request.json();
      saveSettings(readSettings(context).set(request.parameters.id as string, value), context);
      return empty(200);
    },
  },
  { method: "GET", path: "/userdata", handle: listFiles },
  {
    method: "GET",
    path: "/userdata/{file}",
    handle: (request, context) => {
      const file = existingFile(request, context);
      if (!isFile(file)) return empty(403);
      const contentType = guessContentType(file) ?? "application/octet-stream";
      return { status: 200, headers: { "Content-Type": contentType }, file };
    },
  },
  {
    method: "POST",
    path: "/userdata/{file}",
    handle: async (request, context) => {
      const file = namedFile(request, context);
      refuseOverwrite(file, request);
      writeFileSync(file, await request.body());
      return described(file, request, context);
    },
  },
  {
    method: "DELETE",
    path: "/userdata/{file}",
    handle: (request, context) => {
      rmSync(existingFile(request, context));
      return empty(204);
    },
  },
  {
    method: "POST",
    path: "/userdata/{file}/move/{dest}",
    handle: (request, context) => {
      const source = existingFile(request, context);
      const destination = namedFile(request, context, "dest");
      refuseOverwrite(destination, request);
      renameSync(source, destination);
      return described(destination, request, context);
    },
  },
];
