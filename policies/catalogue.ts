import type { Rule } from "./core/rule";
import comfyuiJoinsPod from "./rules/comfyui-joins-pod";
import comfyuiListensOnLoopback from "./rules/comfyui-listens-on-loopback";
import comfyuiNoRiskyOptions from "./rules/comfyui-no-risky-options";
import comfyuiNodesBuiltIn from "./rules/comfyui-nodes-built-in";
import comfyuiPortNeverPublished from "./rules/comfyui-port-never-published";
import commandKnownHost from "./rules/command-known-host";
import commandNoOpenWay from "./rules/command-no-open-way";
import commandNoPipedDownload from "./rules/command-no-piped-download";
import commandNoSecret from "./rules/command-no-secret";
import commandNoUnjudgedContainer from "./rules/command-no-unjudged-container";
import commandNoUnjudgedResource from "./rules/command-no-unjudged-resource";
import containerApparmorConfined from "./rules/container-apparmor-confined";
import containerBoundedRestart from "./rules/container-bounded-restart";
import containerCpuLimit from "./rules/container-cpu-limit";
import containerDefaultCgroup from "./rules/container-default-cgroup";
import containerDropAllCapabilities from "./rules/container-drop-all-capabilities";
import containerHealthCheck from "./rules/container-health-check";
import containerMemoryLimit from "./rules/container-memory-limit";
import containerNoAddedCapability from "./rules/container-no-added-capability";
import containerNoDevices from "./rules/container-no-devices";
import containerNoHostNamespaces from "./rules/container-no-host-namespaces";
import containerNoNewPrivileges from "./rules/container-no-new-privileges";
import containerNoSecret from "./rules/container-no-secret";
import containerNoSensitiveMount from "./rules/container-no-sensitive-mount";
import containerNoSshServer from "./rules/container-no-ssh-server";
import containerNoSwarmOrPlugin from "./rules/container-no-swarm-or-plugin";
import containerNoSysctls from "./rules/container-no-sysctls";
import containerNonRoot from "./rules/container-non-root";
import containerNotPrivileged from "./rules/container-not-privileged";
import containerOwnNetwork from "./rules/container-own-network";
import containerProcessLimit from "./rules/container-process-limit";
import containerReadOnlyRoot from "./rules/container-read-only-root";
import containerSeccompConfined from "./rules/container-seccomp-confined";
import dockerEngineAuthenticated from "./rules/docker-engine-authenticated";
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
import ec2KnownSecurityGroups from "./rules/ec2-known-security-groups";
import ec2KnownTemplate from "./rules/ec2-known-template";
import ec2NoPublicAddress from "./rules/ec2-no-public-address";
import ec2NoSecretsInUserData from "./rules/ec2-no-secrets-in-user-data";
import iamAttachedPolicyKnown from "./rules/iam-attached-policy-known";
import iamNoBroadManagedPolicy from "./rules/iam-no-broad-managed-policy";
import iamNoInvertedElements from "./rules/iam-no-inverted-elements";
import iamNoPrivilegeEscalation from "./rules/iam-no-privilege-escalation";
import iamNoPublicPrincipal from "./rules/iam-no-public-principal";
import iamNoStarStar from "./rules/iam-no-star-star";
import iamNoUsers from "./rules/iam-no-users";
import iamNoWildcardDataAccess from "./rules/iam-no-wildcard-data-access";
import iamNoWildcardResource from "./rules/iam-no-wildcard-resource";
import iamPolicyReadable from "./rules/iam-policy-readable";
import iamRoleKnown from "./rules/iam-role-known";
import iamTrustKnownServices from "./rules/iam-trust-known-services";
import imageAllowedSource from "./rules/image-allowed-source";
import imageBaseByDigest from "./rules/image-base-by-digest";
import imageByDigest from "./rules/image-by-digest";
import kmsDeletionWindow from "./rules/kms-deletion-window";
import kmsKeyPolicy from "./rules/kms-key-policy";
import kmsRotation from "./rules/kms-rotation";
import logsOwnKey from "./rules/logs-own-key";
import logsRetention from "./rules/logs-retention";
import randomEnoughEntropy from "./rules/random-enough-entropy";
import randomNoGuessableSecret from "./rules/random-no-guessable-secret";
import resourceNoSecret from "./rules/resource-no-secret";
import route53OnlyAcmeChallenge from "./rules/route53-only-acme-challenge";
import s3Encrypted from "./rules/s3-encrypted";
import s3Lifecycle from "./rules/s3-lifecycle";
import s3Logged from "./rules/s3-logged";
import s3NoAcl from "./rules/s3-no-acl";
import s3Notified from "./rules/s3-notified";
import s3ObjectLock from "./rules/s3-object-lock";
import s3OnlyTls from "./rules/s3-only-tls";
import s3PolicyKept from "./rules/s3-policy-kept";
import s3PublicAccessBlocked from "./rules/s3-public-access-blocked";
import s3Replicated from "./rules/s3-replicated";
import s3Versioned from "./rules/s3-versioned";
import secretNotPlain from "./rules/secret-not-plain";
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
import stackCertificateMethod from "./rules/stack-certificate-method";
import stackGatewayConfiguration from "./rules/stack-gateway-configuration";
import stackOnePublicWay from "./rules/stack-one-public-way";
import stackOnlyJudgedKinds from "./rules/stack-only-judged-kinds";
import tlsCaLifetime from "./rules/tls-ca-lifetime";
import tlsCertificateUses from "./rules/tls-certificate-uses";
import tlsClientLeafOnlyClient from "./rules/tls-client-leaf-only-client";
import tlsEarlyRenewal from "./rules/tls-early-renewal";
import tlsLeafLifetime from "./rules/tls-leaf-lifetime";
import tlsLeafLifetimeShort from "./rules/tls-leaf-lifetime-short";
import tlsStrongKeys from "./rules/tls-strong-keys";
import vpcFlowLogs from "./rules/vpc-flow-logs";
import vpcNoDefault from "./rules/vpc-no-default";
import vpcSubnetNoPublicAddresses from "./rules/vpc-subnet-no-public-addresses";

/** Every rule by its id, which is the name of its file. */
export const CATALOGUE: Readonly<Record<string, Rule>> = {
  "comfyui-joins-pod": comfyuiJoinsPod,
  "comfyui-listens-on-loopback": comfyuiListensOnLoopback,
  "comfyui-no-risky-options": comfyuiNoRiskyOptions,
  "comfyui-nodes-built-in": comfyuiNodesBuiltIn,
  "comfyui-port-never-published": comfyuiPortNeverPublished,
  "command-known-host": commandKnownHost,
  "command-no-open-way": commandNoOpenWay,
  "command-no-piped-download": commandNoPipedDownload,
  "command-no-secret": commandNoSecret,
  "command-no-unjudged-container": commandNoUnjudgedContainer,
  "command-no-unjudged-resource": commandNoUnjudgedResource,
  "container-apparmor-confined": containerApparmorConfined,
  "container-bounded-restart": containerBoundedRestart,
  "container-cpu-limit": containerCpuLimit,
  "container-default-cgroup": containerDefaultCgroup,
  "container-drop-all-capabilities": containerDropAllCapabilities,
  "container-health-check": containerHealthCheck,
  "container-memory-limit": containerMemoryLimit,
  "container-no-added-capability": containerNoAddedCapability,
  "container-no-devices": containerNoDevices,
  "container-no-host-namespaces": containerNoHostNamespaces,
  "container-no-new-privileges": containerNoNewPrivileges,
  "container-no-secret": containerNoSecret,
  "container-no-sensitive-mount": containerNoSensitiveMount,
  "container-no-ssh-server": containerNoSshServer,
  "container-no-swarm-or-plugin": containerNoSwarmOrPlugin,
  "container-no-sysctls": containerNoSysctls,
  "container-non-root": containerNonRoot,
  "container-not-privileged": containerNotPrivileged,
  "container-own-network": containerOwnNetwork,
  "container-process-limit": containerProcessLimit,
  "container-read-only-root": containerReadOnlyRoot,
  "container-seccomp-confined": containerSeccompConfined,
  "docker-engine-authenticated": dockerEngineAuthenticated,
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
  "ec2-known-security-groups": ec2KnownSecurityGroups,
  "ec2-known-template": ec2KnownTemplate,
  "ec2-no-public-address": ec2NoPublicAddress,
  "ec2-no-secrets-in-user-data": ec2NoSecretsInUserData,
  "iam-attached-policy-known": iamAttachedPolicyKnown,
  "iam-no-broad-managed-policy": iamNoBroadManagedPolicy,
  "iam-no-inverted-elements": iamNoInvertedElements,
  "iam-no-privilege-escalation": iamNoPrivilegeEscalation,
  "iam-no-public-principal": iamNoPublicPrincipal,
  "iam-no-star-star": iamNoStarStar,
  "iam-no-users": iamNoUsers,
  "iam-no-wildcard-data-access": iamNoWildcardDataAccess,
  "iam-no-wildcard-resource": iamNoWildcardResource,
  "iam-policy-readable": iamPolicyReadable,
  "iam-role-known": iamRoleKnown,
  "iam-trust-known-services": iamTrustKnownServices,
  "image-allowed-source": imageAllowedSource,
  "image-base-by-digest": imageBaseByDigest,
  "image-by-digest": imageByDigest,
  "kms-deletion-window": kmsDeletionWindow,
  "kms-key-policy": kmsKeyPolicy,
  "kms-rotation": kmsRotation,
  "logs-own-key": logsOwnKey,
  "logs-retention": logsRetention,
  "random-enough-entropy": randomEnoughEntropy,
  "random-no-guessable-secret": randomNoGuessableSecret,
  "resource-no-secret": resourceNoSecret,
  "route53-only-acme-challenge": route53OnlyAcmeChallenge,
  "s3-encrypted": s3Encrypted,
  "s3-lifecycle": s3Lifecycle,
  "s3-logged": s3Logged,
  "s3-no-acl": s3NoAcl,
  "s3-notified": s3Notified,
  "s3-object-lock": s3ObjectLock,
  "s3-only-tls": s3OnlyTls,
  "s3-policy-kept": s3PolicyKept,
  "s3-public-access-blocked": s3PublicAccessBlocked,
  "s3-replicated": s3Replicated,
  "s3-versioned": s3Versioned,
  "secret-not-plain": secretNotPlain,
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
  "stack-certificate-method": stackCertificateMethod,
  "stack-gateway-configuration": stackGatewayConfiguration,
  "stack-one-public-way": stackOnePublicWay,
  "stack-only-judged-kinds": stackOnlyJudgedKinds,
  "tls-ca-lifetime": tlsCaLifetime,
  "tls-certificate-uses": tlsCertificateUses,
  "tls-client-leaf-only-client": tlsClientLeafOnlyClient,
  "tls-early-renewal": tlsEarlyRenewal,
  "tls-leaf-lifetime": tlsLeafLifetime,
  "tls-leaf-lifetime-short": tlsLeafLifetimeShort,
  "tls-strong-keys": tlsStrongKeys,
  "vpc-flow-logs": vpcFlowLogs,
  "vpc-no-default": vpcNoDefault,
  "vpc-subnet-no-public-addresses": vpcSubnetNoPublicAddresses,
};
