import type { Resource } from "../core/resource";
import { valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import type { Text } from "../facts/docker";
import { publicTexts, secretInPair } from "../facts/secrets";

/** What everybody reads who may list the account's or the project's resources. */
const PLACES = ["tags", "tagsAll", "description", "comment", "keepers", "environment.variables"];
const PARAMETER = "aws:ssm/parameter:Parameter";

const rule: StackRule = {
  description:
    "No tag, description, keeper, parameter in the clear or variable of a function holds a secret.",
  why: "Tags and descriptions are read by everyone who may list resources, and stand in bills, logs and the state.",
  fix: "keep the secret in Secrets Manager or in a SecureString parameter, as a secret value, and name it there.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_SECRET_6" },
    { catalogue: "asvs", id: "13.3.1" },
  ],
  checkStack({ resources }, report) {
    for (const resource of resources.filter(({ type }) => /^(aws|random|tls):/.test(type))) {
      const texts = [...publicTexts(resource, PLACES, report), ...plainValues(resource)];
      for (const { path, text } of texts) {
        const key = keyOf(resource, path);
        // Names of resources, hashes and ids stand there too.
        const found = secretInPair(key, text, { mayBeRandom: true });
        if (found !== undefined) {
          report.violation({ resource, path, found, wanted: "no secret" });
        }
      }
    }
  },
};
export default rule;

/** What a text is called: a parameter's value by the last part of the parameter's name. */
function keyOf(resource: Resource, path: string): string {
  const name = valueAt(resource, "name");
  const isValue = resource.type === PARAMETER && /^(v|insecureV)alue$/.test(path);
  return (isValue && typeof name === "string" ? name.split("/") : path.split(".")).at(-1) ?? "";
}

function plainValues(resource: Resource): Text[] {
  if (resource.type !== PARAMETER || valueAt(resource, "type") === "SecureString") {
    return [];
  }
  return ["value", "insecureValue"].flatMap((path) => {
    const text = valueAt(resource, path);
    return typeof text === "string" ? [{ path, text }] : [];
  });
}
