import { describe, expect, it as test } from "vitest";
import type { Resource } from "../../policies/core/resource";
import { resource as it, look } from "../support/policy";

type Evasion = readonly [rule: string, how: string, resources: Resource[], messages: string[]];

/** Each went past the rules once. */
const EVASIONS: Evasion[] = [
  [
    "ec2-no-secrets-in-user-data",
    "brotli?",
    [
      it("aws:ec2/instance:Instance", {
        userDataBase64:
          "H4sIAAAAAAAAA5Pv5mAAA+bTHt3+Pl5+nr7e50+cOXXu5NnT+ho6WnqautrrV6wxMjAxMjNkZVi3S0hRGagcAELrST43AAAA",
      }),
    ],
    ['it: userDataBase64 is "(a Hugging Face token, in base64, gzip, gzip)"; wanted no secret.'],
  ],
  [
    "ec2-no-secrets-in-user-data",
    "rot/reverse base64 split by echo",
    [
      it("aws:ec2/instance:Instance", {
        userData: "echo aGZfYWJjZGVmZ2hpamts\\\nbW5vcHFyc3R1dnd4eXowMTIzNDU= | base64 -d",
      }),
    ],
    ['it: userData is "(a Hugging Face token, in base64)"; wanted no secret.'],
  ],
  [
    "iam-no-privilege-escalation",
    "PassRole on prefix wildcard",
    [
      it("aws:iam/rolePolicy:RolePolicy", {
        policy:
          '{"Statement":{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::1:role/comfy-*"}}',
      }),
    ],
    ['it: policy.Statement[0] is "iam:PassRole"; wanted no way to further rights.'],
  ],
  [
    "iam-policy-readable",
    "getPolicyDocument style lower case keys",
    [
      it("aws:iam/policy:Policy", {
        policy: { statements: [{ effect: "Allow", actions: ["*"], resources: ["*"] }] },
      }),
    ],
    ['it: policy is ["statements"]; wanted a Statement in it.'],
  ],
  [
    "iam-no-star-star",
    "two statements, half each",
    [
      it("aws:iam/rolePolicy:RolePolicy", {
        policy:
          '{"Statement":[{"Effect":"Allow","Action":["a*","b*","c*","d*","e*","f*","g*","h*","i*","j*","k*","l*","m*"],"Resource":"*"},{"Effect":"Allow","Action":["n*","o*","p*","q*","r*","s*","t*","u*","v*","w*","x*","y*","z*"],"Resource":"*"}]}',
      }),
    ],
    [
      'it: policy.Statement[0] is "every action, in pieces, on everything"; wanted named actions on named resources.',
    ],
  ],
  [
    "iam-no-star-star",
    "halves of the alphabet in one statement",
    [
      it("aws:iam/rolePolicy:RolePolicy", {
        policy:
          '{"Statement":{"Effect":"Allow","Action":["a*","b*","c*","d*","e*","f*","g*","h*","i*","j*","k*","l*","m*","n*","o*","p*","q*","r*","s*","t*","u*","v*","w*","x*","y*","z*"],"Resource":"*"}}',
      }),
    ],
    [
      'it: policy.Statement[0] is "every action, in pieces, on everything"; wanted named actions on named resources.',
    ],
  ],
  [
    "iam-no-broad-managed-policy",
    "policy attached with PolicyAttachment of PowerUser",
    [
      it("aws:iam/policyAttachment:PolicyAttachment", {
        policyArn: "arn:aws:iam::aws:policy/PowerUserAccess",
      }),
    ],
    ['it: policyArn is "arn:aws:iam::aws:policy/PowerUserAccess"; wanted a narrow policy.'],
  ],
  [
    "iam-no-broad-managed-policy",
    "arn with blanks",
    [
      it("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn: " arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    ],
    ['it: policyArn is " arn:aws:iam::aws:policy/AdministratorAccess"; wanted a narrow policy.'],
  ],
  [
    "iam-attached-policy-known",
    "foreign account's policy",
    [
      it("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn: "arn:aws:iam::123456789012:policy/Admin",
      }),
    ],
    ['it: policyArn is "arn:aws:iam::123456789012:policy/Admin"; wanted a policy of this stack.'],
  ],
  [
    "iam-no-inverted-elements",
    "no principal but NotPrincipal",
    [
      it("aws:iam/role:Role", {
        assumeRolePolicy: {
          Statement: [{ Effect: "Allow", NotPrincipal: { AWS: "1" }, Action: "sts:AssumeRole" }],
        },
      }),
    ],
    ['it: assumeRolePolicy.Statement[0] is "NotPrincipal"; wanted Principal in its place.'],
  ],
  [
    "iam-no-public-principal",
    "arn wildcard",
    [
      it("aws:s3/bucketPolicy:BucketPolicy", {
        policy:
          '{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::*:root"},"Action":"s3:GetObject","Resource":"*"}}',
      }),
    ],
    ['it: policy.Statement[0].Principal is "arn:aws:iam::*:root"; wanted named principals.'],
  ],
  [
    "iam-no-public-principal",
    "glacier vault",
    [
      it("aws:glacier/vault:Vault", {
        accessPolicy: '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}',
      }),
    ],
    ['it: accessPolicy.Statement[0].Principal is "*"; wanted named principals.'],
  ],
  [
    "iam-no-public-principal",
    "ecr public repo policy",
    [
      it("aws:ecr/registryPolicy:RegistryPolicy", {
        policy: '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}',
      }),
    ],
    ['it: policy.Statement[0].Principal is "*"; wanted named principals.'],
  ],
  [
    "iam-no-public-principal",
    "s3control access point",
    [
      it("aws:s3control/accessPointPolicy:AccessPointPolicy", {
        policy: '{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}',
      }),
    ],
    ['it: policy.Statement[0].Principal is "*"; wanted named principals.'],
  ],
  [
    "kms-key-policy",
    "arn:aws:iam::*:root",
    [
      it("aws:kms/key:Key", {
        policy: {
          Statement: [
            { Effect: "Allow", Principal: { AWS: "arn:aws:iam::*:root" }, Action: "kms:*", Resource: "*" },
          ],
        },
      }),
    ],
    ['it: policy.Statement[0].Principal is "arn:aws:iam::*:root"; wanted named principals.'],
  ],
  [
    "iam-no-broad-managed-policy",
    "broad managed route53",
    [
      it("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn: "arn:aws:iam::aws:policy/AmazonRoute53FullAccess",
      }),
    ],
    ['it: policyArn is "arn:aws:iam::aws:policy/AmazonRoute53FullAccess"; wanted a narrow policy.'],
  ],
];

describe("evasions: aws rights and machines", () => {
  test.each(EVASIONS)("%s catches: %s", (rule, _, resources, messages) => {
    expect(look(rule, ...resources).violations).toEqual(messages);
  });
});
