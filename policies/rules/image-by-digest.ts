import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { CONTAINER, imagePath, REMOTE_IMAGE } from "../facts/docker";
import { isPinned } from "../facts/image-reference";

const rule: ResourceRule = {
  description: "A container runs an image by its id or its whole digest.",
  why: "A tag means whatever was pushed last: the next restart may run somebody else's program.",
  fix: "give the image as name@sha256: and 64 hexadecimal digits, or the id that docker.Image hands out, without :latest beside it.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_DOCKER_7" },
    { catalogue: "trivy", id: "DS-0001" },
    { catalogue: "cis-docker", id: "5.28" },
  ],
  types: [CONTAINER, REMOTE_IMAGE],
  checkResource(resource, report) {
    const path = imagePath(resource);
    if (path !== undefined) {
      const wanted = "an image id, or a name with @sha256: and 64 hexadecimal digits";
      expectAt(report, resource, path, wanted, (value) => typeof value === "string" && isPinned(value));
    } else if (valueAt(resource, "build") === UNKNOWN) {
      report.unknown(resource, "build");
    }
  },
};
export default rule;
