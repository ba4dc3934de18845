import { expectAt, membersAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { isOwnKey } from "../facts/keys";

const PARAMETER = "aws:ssm/parameter:Parameter";
const KEYS: Readonly<Record<string, string>> = {
  "aws:secretsmanager/secret:Secret": "kmsKeyId",
  [PARAMETER]: "keyId",
  "aws:sns/topic:Topic": "kmsMasterKeyId",
  "aws:sqs/queue:Queue": "kmsMasterKeyId",
};

const WANTED = "a KMS key of the stack's own";

const rule: ResourceRule = {
  description:
    "Secrets, secure parameters, topics and queues are encrypted with a KMS key of the stack's own.",
  why: "AWS's own keys serve everyone in the account who may read the secret; a key of one's own can say no, and tells who used it.",
  fix: "set kmsKeyId (keyId on a parameter, kmsMasterKeyId on a topic or queue) to the stack's KMS key, and kmsKeyId of each of a secret's replicas to one of its region.",
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_149" },
    { catalogue: "trivy", id: "AWS-0098" },
  ],
  types: Object.keys(KEYS),
  checkResource(resource, report) {
    const isPlain = resource.type === PARAMETER && /^String(List)?$/.test(String(valueAt(resource, "type")));
    if (!isPlain) {
      expectAt(report, resource, KEYS[resource.type] ?? "", WANTED, isOwnKey);
    }
    // A copy in another region is encrypted with a key of that region.
    for (const { path } of membersAt(report, resource, "replicas")) {
      expectAt(report, resource, `${path}.kmsKeyId`, WANTED, isOwnKey);
    }
  },
};
export default rule;
