import { expectAt, membersAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import type { Value } from "../core/value";
import { CONTAINER } from "../facts/docker";

const LARGEST_ID = 2 ** 31 - 1;

function isUnprivilegedId(text: string): boolean {
  return /^\+?\d+$/.test(text) && Number(text) > 0 && Number(text) <= LARGEST_ID;
}

function isUnprivileged(value: Value): boolean {
  const parts = String(value).split(":");
  return parts.length <= 2 && parts.every(isUnprivilegedId);
}

const rule: ResourceRule = {
  description: "A container runs as a numeric user and group, none of them 0.",
  why: "Root in a container is root on the host as soon as one file, one mount or one bug of the kernel lets it out.",
  fix: 'set user to a fixed number and group, such as "10001:10001"; a name says nothing until the image is read, and no user is root.',
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "4.1" },
    { catalogue: "checkov", id: "CKV_DOCKER_3" },
    { catalogue: "checkov", id: "CKV_DOCKER_8" },
    { catalogue: "trivy", id: "DS-0002" },
    { catalogue: "aws-fsbp", id: "ECS.1" },
  ],
  types: [CONTAINER],
  checkResource(resource, report) {
    const wanted = "a numeric user, and group if one is named, other than 0";
    expectAt(report, resource, "user", wanted, isUnprivileged);
    for (const { path, value } of membersAt(report, resource, "groupAdds")) {
      if (!isUnprivilegedId(String(value))) {
        report.violation({ resource, path, found: value, wanted: "a numeric group other than 0" });
      }
    }
  },
};
export default rule;
