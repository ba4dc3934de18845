import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { IMAGE, REGISTRY_IMAGE, REMOTE_IMAGE, stringsAt } from "../facts/docker";
import { imageReference, isPinned, namesAnImage } from "../facts/image-reference";

const MADE_HERE = /^comfy-[a-z0-9-]+$/;
const FROM_THE_NET = /^(\w+:\/\/|[\w.-]+@[\w.-]+:|github\.com)/i;

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
  types: [IMAGE, REMOTE_IMAGE, REGISTRY_IMAGE],
  checkResource(resource, report) {
    for (const { path, text } of [
      ...stringsAt(resource, "build.args", report),
      ...stringsAt(resource, "build.buildArgs", report),
    ]) {
      const isOurs =
        MADE_HERE.test(imageReference(text).repository) && imageReference(text).host === undefined;
      if (namesAnImage(path) && !isPinned(text) && !isOurs) {
        report.violation({ resource, path, found: text, wanted: "an image by digest or id" });
      }
    }
    for (const path of ["build.context", "build.remoteContext"]) {
      expectAt(
        report,
        resource,
        path,
        "a folder of this machine",
        (value) => !FROM_THE_NET.test(String(value ?? "")),
      );
    }
  },
};
export default rule;
