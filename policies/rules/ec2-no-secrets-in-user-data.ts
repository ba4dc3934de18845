import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { MACHINE_TYPES, machines } from "../facts/machines";
import { secretIn } from "../facts/secrets";

const OTHERS: Readonly<Record<string, string>> = {
  "aws:imagebuilder/imageRecipe:ImageRecipe": "userDataBase64",
  "aws:imagebuilder/component:Component": "data",
  "aws:lightsail/instance:Instance": "userData",
};

const rule: ResourceRule = {
  description: "User data holds no password, token or private key, packed or plain.",
  why: "Everyone who may describe the instance, and every process on it that reaches the metadata service, reads its user data.",
  fix: "let the machine fetch the secret with its role, from Secrets Manager or an SSM SecureString parameter.",
  severity: "critical",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_46" },
    { catalogue: "trivy", id: "AWS-0029" },
    { catalogue: "trivy", id: "AWS-0129" },
  ],
  types: [...MACHINE_TYPES, ...Object.keys(OTHERS)],
  checkResource(resource, report) {
    const other = OTHERS[resource.type];
    const paths =
      other === undefined ? machines(resource, report).flatMap(({ userData }) => userData) : [other];
    for (const path of paths) {
      const value = valueAt(resource, path);
      if (value === UNKNOWN) {
        report.unknown(resource, path);
      } else if (typeof value === "string") {
        // Packed files and digests look random.
        const found = secretIn(value, { mayBeRandom: true });
        if (found !== undefined) {
          report.violation({ resource, path, found, wanted: "no secret" });
        }
      }
    }
  },
};
export default rule;
