import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER, IMAGE, REGISTRY_IMAGE, REMOTE_IMAGE, stringsAt } from "../facts/docker";
import { imageReference, namesAnImage } from "../facts/image-reference";

const OFFICIAL =
  /^(library\/)?(debian|python|node|nginx)$|^nvidia\/cuda$|^nginx\/nginx-unprivileged$|^certbot\/[\w-]+$/;
const MADE_HERE = /^comfy-[a-z0-9-]+$/;

function checkSource(resource: Resource, path: string, text: string, report: Report): void {
  const { host, repository } = imageReference(text);
  if (
    repository !== "" &&
    (host !== undefined || !(OFFICIAL.test(repository) || MADE_HERE.test(repository)))
  ) {
    report.violation({
      resource,
      path,
      found: text,
      wanted: "an official image or one that the stack makes",
    });
  }
}

const rule: ResourceRule = {
  description: "Images come from the official library or are made by the stack.",
  why: "A name that looks right in an unknown registry is how miners are shipped.",
  fix: "take debian, python, node, nginx or nvidia/cuda from the official library, build the image in the stack, or add an exception with its reason.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "cis-docker", id: "4.2" }],
  types: [CONTAINER, REMOTE_IMAGE, IMAGE, REGISTRY_IMAGE],
  checkResource(resource, report) {
    const path = resource.type === CONTAINER ? "image" : resource.type === REMOTE_IMAGE ? "name" : undefined;
    const name = path === undefined ? undefined : valueAt(resource, path);
    if (path !== undefined && name === UNKNOWN) {
      report.unknown(resource, path);
    } else if (path !== undefined && typeof name === "string") {
      checkSource(resource, path, name, report);
    }
    const args = [
      ...stringsAt(resource, "build.args", report),
      ...stringsAt(resource, "build.buildArgs", report),
    ];
    // What a build takes from another's cache it takes as its own.
    for (const { path: cache, text } of stringsAt(resource, "build.cacheFrom.images", report)) {
      checkSource(resource, cache, text, report);
    }
    for (const arg of args.filter((one) => namesAnImage(one.path))) {
      checkSource(resource, arg.path, arg.text, report);
    }
  },
};
export default rule;
