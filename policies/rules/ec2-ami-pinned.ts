import { expectAt } from "../core/expectation";
import type { ResourceRule } from "../core/rule";
import { isSet, MACHINE_TYPES, machines } from "../facts/machines";

const rule: ResourceRule = {
  description: "Machines start from an AMI that is named by its id.",
  why: "A name, or a parameter that is read at each start, can mean another image tomorrow: anybody may publish one under a likely name.",
  fix: "give the AMI's id, such as ami-0123456789abcdef0; look it up once, with its owner's account named, and keep the id.",
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV_AWS_386" },
    { catalogue: "trivy", id: "AWS-0344" },
  ],
  types: MACHINE_TYPES,
  checkResource(resource, report) {
    for (const { image, hasTemplate } of machines(resource, report)) {
      expectAt(report, resource, image, "the id of an AMI", (value) =>
        // The template is looked at by itself.
        isSet(value) ? /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(String(value)) : hasTemplate,
      );
    }
  },
};
export default rule;
