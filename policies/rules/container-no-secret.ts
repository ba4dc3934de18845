import { type Resource, valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { CONTAINER, IMAGE, NETWORK, REGISTRY_IMAGE, REMOTE_IMAGE, VOLUME } from "../facts/docker";
import { publicTexts, secretInPair } from "../facts/secrets";

const PLACES = [
  ...["envs", "command", "entrypoints", "labels", "healthcheck", "uploads", "logOpts", "sysctls", "hosts"],
  ...["mounts", "hostname", "domainname"],
  ...["build.args", "build.buildArgs", "build.label", "build.labels", "driverOpts", "options"],
];

/** Whether a key and its value say which commit something is of: that is public, random as it looks. */
function isCommit(key: string, value: string): boolean {
  const isNamed = /(commit|revision|vcs[._-]?ref|git[._-]?(ref|rev|sha))([._-](sha|hash|id))?$/i.test(key);
  return isNamed && /^[0-9a-f]{40}$/.test(value);
}

function labelName(resource: Resource, path: string): string {
  const name = valueAt(resource, `${path}.label`);
  return typeof name === "string" ? name : "";
}

/** The option whose value an argument of its own is: `--password`, then the password. */
function optionBefore(resource: Resource, path: string): string {
  const [, list, at] = /^(command|entrypoints)\[(\d+)\]$/.exec(path) ?? [];
  const before = valueAt(resource, `${list}[${Number(at) - 1}]`);
  return typeof before === "string" ? (/^--?([\w.-]+)$/.exec(before)?.[1] ?? "") : "";
}

const rule: ResourceRule = {
  description:
    "No secret stands in a container's environment, command, labels, health check or uploads, or in an image's build arguments.",
  why: "Everyone who may ask the engine, or read the image, reads them; they end in logs and in crash reports.",
  fix: "hand the secret over on standard input (command's stdin) or in a file in memory, and remove it here.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "cis-docker", id: "4.10" },
    { catalogue: "aws-fsbp", id: "ECS.8" },
    { catalogue: "checkov", id: "CKV_SECRET_6" },
  ],
  types: [CONTAINER, IMAGE, REMOTE_IMAGE, REGISTRY_IMAGE, NETWORK, VOLUME],
  checkResource(resource, report) {
    for (const { path, text } of publicTexts(resource, PLACES, report)) {
      const joint = path.startsWith("envs") ? text.indexOf("=") : -1;
      const key =
        joint >= 0
          ? text.slice(0, joint)
          : (/^(?:build\.\w+|logOpts|driverOpts|options|.*\.driverOptions)\.(.+)$/.exec(path)?.[1] ?? "");
      const label = /^(.*\blabels\[\d+\])\.value$/.exec(path)?.[1];
      const name = label === undefined ? key || optionBefore(resource, path) : labelName(resource, label);
      const value = joint >= 0 ? text.slice(joint + 1) : text;
      const found = secretInPair(name, value, { mayBeRandom: isCommit(name, value) });
      if (found !== undefined) {
        report.violation({ resource, path, found, wanted: "no secret" });
      }
    }
  },
};
export default rule;
