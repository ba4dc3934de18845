import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const of = (kind: string) =>
  resource(`aws:iam/${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}:${kind}`, {});

const attach = (props: Record<string, Value>) => resource("aws:iam/policyAttachment:PolicyAttachment", props);

/** Each is, or makes, somebody who signs in with something that does not end. */
const KINDS = [
  "Group",
  "GroupMembership",
  "GroupPolicy",
  "GroupPolicyAttachment",
  "GroupPolicyAttachmentsExclusive",
  "UserGroupMembership",
  "UserPolicy",
  "UserPolicyAttachment",
  "UserPolicyAttachmentsExclusive",
  "ServiceSpecificCredential",
  "SshKey",
  "SigningCertificate",
];

describeRule("iam-no-users", {
  passes: [
    ["a role", resource("aws:iam/role:Role", {})],
    ["a policy for roles", attach({ roles: ["vm"], users: [], groups: null })],
  ],
  refuses: [
    ["a user", resource("aws:iam/user:User", {}), 'it is "User"; wanted a role.'],
    ["a key", resource("aws:iam/accessKey:AccessKey", {}), 'it is "AccessKey"; wanted a role.'],
    ...KINDS.map((kind) => [kind, of(kind), `it is "${kind}"; wanted a role.`] as const),
    [
      "a policy for users and groups",
      attach({ roles: ["vm"], users: ["ann", "bob"], groups: ["operators"] }),
      [
        'it: users[0] is "ann"; wanted a role.',
        'it: users[1] is "bob"; wanted a role.',
        'it: groups[0] is "operators"; wanted a role.',
      ],
    ],
    [
      "a key of Lightsail's",
      resource("aws:lightsail/bucketAccessKey:BucketAccessKey", {}),
      'it is "BucketAccessKey"; wanted a role.',
    ],
    [
      "a password",
      resource("aws:iam/userLoginProfile:UserLoginProfile", {}),
      'it is "UserLoginProfile"; wanted a role.',
    ],
  ],
  unknown: [
    ["whose a policy is", attach({ users: UNKNOWN, groups: [UNKNOWN] }), ["it: users", "it: groups[0]"]],
  ],
});
