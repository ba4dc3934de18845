import { UNKNOWN } from "../../../policies/core/value";
import { configuration, fleet, instance, spot, template } from "../../support/machines";

import { describeRule } from "../../support/rule-table";

const found = (path: string, value: string) => `it: ${path} ${value}; wanted the id of an AMI.`;

describeRule("ec2-ami-pinned", {
  passes: [
    ["an id", instance({ ami: "ami-0123456789abcdef0" })],
    ["an old id", template({ imageId: "ami-01234567" })],
    ["a template's", instance({ launchTemplate: { id: "lt-1" } })],
    ["a spot fleet's", fleet({ ami: "ami-0123456789abcdef0" })],
  ],
  refuses: [
    ["none", instance({}), found("ami", "is absent")],
    ["a name", spot({ ami: "ubuntu/images/*" }), found("ami", 'is "ubuntu/images/*"')],
    [
      "a parameter that is read at each start",
      template({ imageId: "resolve:ssm:/aws/service/ami" }),
      found("imageId", 'is "resolve:ssm:/aws/service/ami"'),
    ],
    [
      "an id of odd length",
      configuration({ imageId: "ami-0123456789abcdef" }),
      found("imageId", 'is "ami-0123456789abcdef"'),
    ],
    ["an id with more behind it", instance({ ami: "ami-01234567x" }), found("ami", 'is "ami-01234567x"')],
    ["an id with more before it", instance({ ami: "xami-01234567" }), found("ami", 'is "xami-01234567"')],
    ["a template without", template({}), found("imageId", "is absent")],
  ],
  unknown: [["the id", instance({ ami: UNKNOWN }), "it: ami"]],
});
