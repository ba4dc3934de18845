import type { Resource } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import {
  baseImages,
  CONTAINER,
  IMAGE,
  imagePath,
  REGISTRY_IMAGE,
  REMOTE_IMAGE,
  stringsAt,
  TAG,
} from "../facts/docker";
import { imageReference } from "../facts/image-reference";

const OFFICIAL =
  /^(library\/)?(debian|python|node|nginx)$|^nvidia\/cuda$|^nginx\/nginx-unprivileged$|^certbot\/[\w-]+$/;
/** What reads a Dockerfile and lists an image's parts. */
const OF_BUILDKIT = /^docker\/(dockerfile|buildkit-syft-scanner)$/;
const MADE_HERE = /^comfy-[a-z0-9-]+$/;

const rule: ResourceRule = {
  description: "Images come from the official library or are made by the stack.",
  why: "A name that looks right in an unknown registry is how miners are shipped.",
  fix: "take debian, python, node, nginx or nvidia/cuda from the official library, build the image in the stack, or add an exception with its reason.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "4.2" }],
  types: [CONTAINER, REMOTE_IMAGE, IMAGE, REGISTRY_IMAGE, TAG],
  checkResource(resource, report) {
    const runs = imagePath(resource);
    // What a build takes from another's cache it takes as its own.
    const caches = ["build.cacheFrom.images", "build.cacheFroms"].flatMap((path) =>
      stringsAt(resource, path, report),
    );
    const images = [
      ...(runs === undefined ? [] : stringsAt(resource, runs, report)),
      ...baseImages(resource, report),
      ...caches
        .filter(({ text }) => !text.startsWith("type=local"))
        .map(({ path, text }) => ({ path, text: /\bref=([^,]+)/.exec(text)?.[1] ?? text })),
    ];
    for (const { path, text } of images) {
      checkSource(resource, path, text, report);
    }
  },
};
export default rule;

function checkSource(resource: Resource, path: string, text: string, report: Report): void {
  const { host, repository } = imageReference(text);
  const isTrusted =
    host === undefined && [OFFICIAL, OF_BUILDKIT, MADE_HERE].some((known) => known.test(repository));
  // An image's id has no repository.
  if (repository !== "" && !isTrusted) {
    report.violation({
      resource,
      path,
      found: text,
      wanted: "an official image or one that the stack makes",
    });
  }
}
