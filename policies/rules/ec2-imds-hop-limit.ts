import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { MACHINE_TYPES, machines } from "../facts/machines";

const rule: ResourceRule = {
  description:
    "Answers of the metadata service travel one hop: the machine itself gets them, its containers do not.",
  why: "With two hops a container on a bridge network asks for the credentials of the machine's role as the machine does.",
  fix: "set metadataOptions.httpPutResponseHopLimit to 1; left out, the AMI decides, and newer ones say 2.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_341" },
    { catalogue: "aws-ct", id: "CT.EC2.PR.2" },
  ],
  types: MACHINE_TYPES,
  checkResource(resource, report) {
    for (const { metadata } of machines(resource, report)) {
      const path = `${metadata}.httpPutResponseHopLimit`;
      expectAt(report, resource, path, "1", (value) => value === 1 || value === "1");
    }
  },
};
export default rule;
