import type { ResourceRule } from "../core/rule";
import { baseImages, IMAGE, REGISTRY_IMAGE, REMOTE_IMAGE, stringsAt, TAG } from "../facts/docker";
import { imageReference, isPinned } from "../facts/image-reference";

const MADE_HERE = /^comfy-[a-z0-9-]+$/;
/** What BuildKit fetches as a context: an address, Git over SSH, an image. */
const FROM_THE_NET = /^\s*([\w+-]+:\/\/|[\w.-]+@[\w.-]+:|github\.com\/)/i;

const rule: ResourceRule = {
  description: "An image is built on a base image by digest, from a folder of this machine.",
  why: "A base image by tag, or a context from the net, is another's program in our image.",
  fix: "give the base image as name@sha256: and 64 hexadecimal digits, or one that was made here (comfy-NAME-base), and a local context.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "4.2" },
    { catalogue: "checkov", id: "CKV_DOCKER_7" },
  ],
  types: [IMAGE, REMOTE_IMAGE, REGISTRY_IMAGE, TAG],
  checkResource(resource, report) {
    for (const { path, text } of baseImages(resource, report)) {
      const { host, repository } = imageReference(text);
      const isOurs = host === undefined && MADE_HERE.test(repository);
      if (!isPinned(text) && !isOurs) {
        report.violation({ resource, path, found: text, wanted: "an image by digest or id" });
      }
    }
    const contexts = ["build.context", "build.remoteContext", "build.additionalContexts"].flatMap((path) =>
      stringsAt(resource, path, report),
    );
    for (const { path, text } of contexts) {
      // A further context has a name: mine=https://...
      if (text.split("=").some((part) => FROM_THE_NET.test(part))) {
        report.violation({ resource, path, found: text, wanted: "a folder of this machine" });
      }
    }
  },
};
export default rule;
