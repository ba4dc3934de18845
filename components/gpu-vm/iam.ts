import type { PolicyDocument, PolicyStatement } from "../shared/iam";

const VERSION = "2012-10-17";

/** Path of the roles in IAM that may have the machine's disks opened by EC2: those that start it. */
export function startersPath(stack: string): string {
  return `/comfy-fortress/${stack}/`;
}

/** Trust policy of the machine's role. EC2 names no account when it takes one, so there is none to ask for. */
export const MACHINE_TRUST: PolicyDocument = {
  Version: VERSION,
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** Lets somebody write to a log group. */
function writesTo(groupArn: string): PolicyStatement {
  return {
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
    Resource: [groupArn, `${groupArn}:*`],
  };
}

/** Lets the machine write to its log group. */
export function machineLogsPolicy(groupArn: string): PolicyDocument {
  return { Version: VERSION, Statement: [writesTo(groupArn)] };
}

/** Lets VPC write flow logs to their group. */
export function flowLogsPolicy(groupArn: string): PolicyDocument {
  return {
    Version: VERSION,
    Statement: [
      writesTo(groupArn),
      // VPC looks for the group by its name, for which there is no narrower resource.
      { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
    ],
  };
}

const NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames";
const TYPES = "route53:ChangeResourceRecordSetsRecordTypes";
const ACTIONS = "route53:ChangeResourceRecordSetsActions";

/**
 * Lets Certbot prove the domain: write and remove the one TXT record for it, and see when that has reached every server.
 * With the rest of the zone a stolen role would move the name to another machine.
 */
export function acmePolicy({ zoneId, domain }: { zoneId: string; domain: string }): PolicyDocument {
  return {
    Version: VERSION,
    Statement: [
      {
        Effect: "Allow",
        Action: "route53:ChangeResourceRecordSets",
        Resource: `arn:aws:route53:::hostedzone/${zoneId}`,
        Condition: {
          "ForAllValues:StringEquals": {
            [NAMES]: [`_acme-challenge.${domain}`],
            [TYPES]: ["TXT"],
            [ACTIONS]: ["UPSERT", "DELETE"],
          },
          // ForAllValues is true of a request without the key, too.
          Null: { [NAMES]: "false", [TYPES]: "false", [ACTIONS]: "false" },
        },
      },
      { Effect: "Allow", Action: "route53:GetChange", Resource: "arn:aws:route53:::change/*" },
      // Certbot looks for the zone by the domain's name.
      { Effect: "Allow", Action: "route53:ListHostedZones", Resource: "*" },
    ],
  };
}

/** Whose disks a key encrypts, and where. */
export interface DiskKeyOwner {
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: string;
  /** Such as `us-east-1`. */
  readonly region: string;
  /** Whether EC2 itself starts the machine again, as it does with a spot instance. */
  readonly spot: boolean;
}

/**
 * Policy of the key of the machine's disks. The account decides about it by IAM. Who starts the machine must be able to
 * let EC2 open its disks: besides the account's administrators that are the stack's own roles for that and, with a spot
 * instance, EC2's. They are named by a condition, because a key's policy may not name a role that is not there yet.
 */
export function diskKeyPolicy({ stack, accountId, region, spot }: DiskKeyOwner): PolicyDocument {
  const spotRole = `arn:aws:iam::${accountId}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot`;
  const grants: PolicyStatement = {
    Effect: "Allow",
    Principal: { AWS: "*" },
    Action: "kms:CreateGrant",
    Resource: "*",
    Condition: {
      StringEquals: { "kms:CallerAccount": accountId, "kms:ViaService": `ec2.${region}.amazonaws.com` },
      ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${accountId}:role${startersPath(stack)}*` },
      Bool: { "kms:GrantIsForAWSResource": "true" },
    },
  };
  const ofSpot = {
    StringEquals: { "kms:CallerAccount": accountId },
    ArnEquals: { "aws:PrincipalArn": spotRole },
  };
  return {
    Version: VERSION,
    Statement: [
      {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      { Sid: "Starters", ...grants },
      ...(spot
        ? [
            {
              Sid: "Spot",
              Effect: "Allow",
              Principal: { AWS: "*" },
              Action: [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
              ],
              Resource: "*",
              Condition: ofSpot,
            } as const,
            {
              Sid: "SpotGrants",
              Effect: "Allow",
              Principal: { AWS: "*" },
              Action: "kms:CreateGrant",
              Resource: "*",
              Condition: { ...ofSpot, Bool: { "kms:GrantIsForAWSResource": "true" } },
            } as const,
          ]
        : []),
    ],
  };
}
