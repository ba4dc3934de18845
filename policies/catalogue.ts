import type { Rule } from "./core/rule";
import ebsEncrypted from "./rules/ebs-encrypted";
import ebsOwnKey from "./rules/ebs-own-key";
import ebsSnapshotsPrivate from "./rules/ebs-snapshots-private";
import ec2AmiPinned from "./rules/ec2-ami-pinned";
import ec2DetailedMonitoring from "./rules/ec2-detailed-monitoring";
import ec2EbsOptimized from "./rules/ec2-ebs-optimized";
import ec2ImdsHopLimit from "./rules/ec2-imds-hop-limit";
import ec2ImdsIpv6Off from "./rules/ec2-imds-ipv6-off";
import ec2Imdsv2Required from "./rules/ec2-imdsv2-required";
import ec2InstanceProfile from "./rules/ec2-instance-profile";
import ec2NoPublicAddress from "./rules/ec2-no-public-address";
import ec2NoSecretsInUserData from "./rules/ec2-no-secrets-in-user-data";
import iamNoBroadManagedPolicy from "./rules/iam-no-broad-managed-policy";
import iamNoInvertedElements from "./rules/iam-no-inverted-elements";
import iamNoPrivilegeEscalation from "./rules/iam-no-privilege-escalation";
import iamNoPublicPrincipal from "./rules/iam-no-public-principal";
import iamNoStarStar from "./rules/iam-no-star-star";
import iamNoUsers from "./rules/iam-no-users";
import iamNoWildcardDataAccess from "./rules/iam-no-wildcard-data-access";
import iamNoWildcardResource from "./rules/iam-no-wildcard-resource";
import iamPolicyReadable from "./rules/iam-policy-readable";
import iamTrustKnownServices from "./rules/iam-trust-known-services";
import kmsDeletionWindow from "./rules/kms-deletion-window";
import kmsKeyPolicy from "./rules/kms-key-policy";
import kmsRotation from "./rules/kms-rotation";
import logsOwnKey from "./rules/logs-own-key";
import logsRetention from "./rules/logs-retention";
import route53OnlyAcmeChallenge from "./rules/route53-only-acme-challenge";
import secretOwnKey from "./rules/secret-own-key";
import sgDefaultShut from "./rules/sg-default-shut";
import sgDescribed from "./rules/sg-described";
import sgEgressRestricted from "./rules/sg-egress-restricted";
import sgIngressOnly443And22 from "./rules/sg-ingress-only-443-and-22";
import sgNoAllProtocol from "./rules/sg-no-all-protocol";
import sgNoMixedRules from "./rules/sg-no-mixed-rules";
import sgNoPrefixList from "./rules/sg-no-prefix-list";
import sgNoWorldIngress from "./rules/sg-no-world-ingress";
import sgSshOnlyFromNarrowRanges from "./rules/sg-ssh-only-from-narrow-ranges";
import vpcFlowLogs from "./rules/vpc-flow-logs";
import vpcNoDefault from "./rules/vpc-no-default";
import vpcSubnetNoPublicAddresses from "./rules/vpc-subnet-no-public-addresses";

/** Every rule by its id, which is the name of its file. */
export const CATALOGUE: Readonly<Record<string, Rule>> = {
  "ebs-encrypted": ebsEncrypted,
  "ebs-own-key": ebsOwnKey,
  "ebs-snapshots-private": ebsSnapshotsPrivate,
  "ec2-ami-pinned": ec2AmiPinned,
  "ec2-detailed-monitoring": ec2DetailedMonitoring,
  "ec2-ebs-optimized": ec2EbsOptimized,
  "ec2-imds-hop-limit": ec2ImdsHopLimit,
  "ec2-imds-ipv6-off": ec2ImdsIpv6Off,
  "ec2-imdsv2-required": ec2Imdsv2Required,
  "ec2-instance-profile": ec2InstanceProfile,
  "ec2-no-public-address": ec2NoPublicAddress,
  "ec2-no-secrets-in-user-data": ec2NoSecretsInUserData,
  "iam-no-broad-managed-policy": iamNoBroadManagedPolicy,
  "iam-no-inverted-elements": iamNoInvertedElements,
  "iam-no-privilege-escalation": iamNoPrivilegeEscalation,
  "iam-no-public-principal": iamNoPublicPrincipal,
  "iam-no-star-star": iamNoStarStar,
  "iam-no-users": iamNoUsers,
  "iam-no-wildcard-data-access": iamNoWildcardDataAccess,
  "iam-no-wildcard-resource": iamNoWildcardResource,
  "iam-policy-readable": iamPolicyReadable,
  "iam-trust-known-services": iamTrustKnownServices,
  "kms-deletion-window": kmsDeletionWindow,
  "kms-key-policy": kmsKeyPolicy,
  "kms-rotation": kmsRotation,
  "logs-own-key": logsOwnKey,
  "logs-retention": logsRetention,
  "route53-only-acme-challenge": route53OnlyAcmeChallenge,
  "secret-own-key": secretOwnKey,
  "sg-default-shut": sgDefaultShut,
  "sg-described": sgDescribed,
  "sg-egress-restricted": sgEgressRestricted,
  "sg-ingress-only-443-and-22": sgIngressOnly443And22,
  "sg-no-all-protocol": sgNoAllProtocol,
  "sg-no-mixed-rules": sgNoMixedRules,
  "sg-no-prefix-list": sgNoPrefixList,
  "sg-no-world-ingress": sgNoWorldIngress,
  "sg-ssh-only-from-narrow-ranges": sgSshOnlyFromNarrowRanges,
  "vpc-flow-logs": vpcFlowLogs,
  "vpc-no-default": vpcNoDefault,
  "vpc-subnet-no-public-addresses": vpcSubnetNoPublicAddresses,
};
