import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

describeRule("iam-no-users", {
  passes: [["a role", resource("aws:iam/role:Role", {})]],
  refuses: [
    ["a user", resource("aws:iam/user:User", {}), 'it is "User"; wanted a role.'],
    ["a key", resource("aws:iam/accessKey:AccessKey", {}), 'it is "AccessKey"; wanted a role.'],
    [
      "a password",
      resource("aws:iam/userLoginProfile:UserLoginProfile", {}),
      'it is "UserLoginProfile"; wanted a role.',
    ],
  ],
  unknown: [],
});
