import { valueAt } from "../core/resource";
import type { StackRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { withoutPartner } from "../facts/partners";

const rule: StackRule = {
  description: "Each VPC has flow logs of all its traffic.",
  why: "After a break-in they alone tell who came and where the data went.",
  fix: 'add an aws.ec2.FlowLog with the VPC\'s vpcId and trafficType "ALL".',
  severity: "medium",
  enforcement: "mandatory",
  references: [
    { catalogue: "checkov", id: "CKV2_AWS_11" },
    { catalogue: "trivy", id: "AWS-0178" },
    { catalogue: "aws-fsbp", id: "EC2.6" },
    { catalogue: "cdk-nag", id: "VPC7" },
  ],
  checkStack({ resources }, report) {
    const logs = resources.filter(
      (one) => one.type === "aws:ec2/flowLog:FlowLog" && valueAt(one, "vpcId") !== undefined,
    );
    for (const log of logs) {
      const found = valueAt(log, "trafficType");
      if (found === UNKNOWN) {
        report.unknown(log, "trafficType");
      } else if (found !== "ALL") {
        report.violation({ resource: log, path: "trafficType", found, wanted: '"ALL"' });
      }
    }
    const networks = resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc");
    for (const resource of withoutPartner(networks, ["id"], logs, "vpcId")) {
      report.violation({
        resource,
        path: "",
        found: "without flow logs",
        wanted: "a FlowLog of all traffic",
      });
    }
  },
};
export default rule;
