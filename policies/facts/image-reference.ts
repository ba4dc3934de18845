const DIGEST = /^sha256:[0-9a-f]{64}$/;
const HEX = /^[0-9a-f]{64}$/;

/** What an image reference is made of, e.g. `nvidia/cuda:12@sha256:…`. */
export interface ImageReference {
  /** Registry, where one other than Docker's own is written. */
  readonly host?: string;
  /** Without registry, tag and digest; empty for an image id. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Names of the registry that a reference without one means. */
const DEFAULT_HOSTS = ["docker.io", "index.docker.io"];

/** Takes a reference apart as the engine does. */
export function imageReference(text: string): ImageReference {
  if (DIGEST.test(text) || HEX.test(text)) {
    return { repository: "", digest: text };
  }
  const [name = "", ...digests] = text.split("@");
  const tagAt = name.indexOf(":", name.lastIndexOf("/") + 1);
  const path = tagAt < 0 ? name : name.slice(0, tagAt);
  const [first = "", ...others] = path.split("/");
  const hasHost = others.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return {
    ...(hasHost && !DEFAULT_HOSTS.includes(first) && { host: first }),
    repository: hasHost ? others.join("/") : path,
    ...(tagAt >= 0 && { tag: name.slice(tagAt + 1) }),
    ...(digests.length > 0 && { digest: digests.join("@") }),
  };
}

/** Whether the reference can only ever mean one image: an id, or a whole digest without `latest` beside it. */
export function isPinned(text: string): boolean {
  const { digest, tag } = imageReference(text);
  return digest !== undefined && (DIGEST.test(digest) || HEX.test(text)) && tag?.toLowerCase() !== "latest";
}

/** Whether a build argument's name says that its value is an image: BASE_IMAGE, baseImage, BUILDKIT_SYNTAX. */
export function namesAnImage(path: string): boolean {
  const name = (path.split(".").at(-1) ?? "").replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return name === "BUILDKIT_SYNTAX" || /(^|[_-])(base|from|image|parent)([_-]|\d|$)/i.test(name);
}
