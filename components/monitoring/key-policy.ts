import type { PolicyDocument } from "../shared/iam";
import { alarmNames, logGroupName } from "./layout";

/** Whose key it is, and where. */
export interface Place {
  readonly stack: string;
  /** Id of the AWS account, 12 digits. */
  readonly accountId: string;
  /** Such as `us-east-1`. */
  readonly region: string;
}

/**
 * Policy of the key that the stack's log groups and its alarms' topic are encrypted with. The account decides about it
 * by IAM; CloudWatch Logs may use it for the stack's groups, CloudWatch for what the stack's alarms publish.
 */
export function keyPolicy({ stack, accountId, region }: Place): PolicyDocument {
  const group = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName(stack)}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "LogGroups",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        Resource: "*",
        Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": [group, `${group}/*`] } },
      },
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: ofOwnAlarms({ stack, accountId, region }),
      },
    ],
  };
}

/** Policy of the alarms' topic: the stack's alarms publish there, and only over TLS. */
export function topicPolicy(place: Place, topicArn: string): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: ofOwnAlarms(place),
      },
      {
        Sid: "OnlyTls",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}

/** Without it alarms of other accounts could publish here by way of CloudWatch. */
function ofOwnAlarms({ stack, accountId, region }: Place) {
  return {
    StringEquals: { "aws:SourceAccount": accountId },
    ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarmNames(stack)}` },
  };
}
