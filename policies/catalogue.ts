import type { Rule } from "./core/rule";
import comfyuiJoinsPod from "./rules/comfyui-joins-pod";
import comfyuiListensOnLoopback from "./rules/comfyui-listens-on-loopback";
import comfyuiNoRiskyOptions from "./rules/comfyui-no-risky-options";
import comfyuiPortNeverPublished from "./rules/comfyui-port-never-published";
import commandNoPipedDownload from "./rules/command-no-piped-download";
import commandNoSecret from "./rules/command-no-secret";
import containerApparmorConfined from "./rules/container-apparmor-confined";
import containerBoundedRestart from "./rules/container-bounded-restart";
import containerCpuLimit from "./rules/container-cpu-limit";
import containerDropAllCapabilities from "./rules/container-drop-all-capabilities";
import containerHealthCheck from "./rules/container-health-check";
import containerMemoryLimit from "./rules/container-memory-limit";
import containerNoAddedCapability from "./rules/container-no-added-capability";
import containerNoDevices from "./rules/container-no-devices";
import containerNoHostNamespaces from "./rules/container-no-host-namespaces";
import containerNoNewPrivileges from "./rules/container-no-new-privileges";
import containerNoSecret from "./rules/container-no-secret";
import containerNoSensitiveMount from "./rules/container-no-sensitive-mount";
import containerNoSwarmOrPlugin from "./rules/container-no-swarm-or-plugin";
import containerNoSysctls from "./rules/container-no-sysctls";
import containerNonRoot from "./rules/container-non-root";
import containerNotPrivileged from "./rules/container-not-privileged";
import containerOwnNetwork from "./rules/container-own-network";
import containerProcessLimit from "./rules/container-process-limit";
import containerReadOnlyRoot from "./rules/container-read-only-root";
import containerSeccompConfined from "./rules/container-seccomp-confined";
import ec2Imdsv2Required from "./rules/ec2-imdsv2-required";
import imageAllowedSource from "./rules/image-allowed-source";
import imageBaseByDigest from "./rules/image-base-by-digest";
import imageByDigest from "./rules/image-by-digest";
import randomEnoughEntropy from "./rules/random-enough-entropy";
import randomNoGuessableSecret from "./rules/random-no-guessable-secret";
import secretNotPlain from "./rules/secret-not-plain";
import sgIngressOnly443And22 from "./rules/sg-ingress-only-443-and-22";
import sgNoWorldIngress from "./rules/sg-no-world-ingress";
import stackGatewayConfiguration from "./rules/stack-gateway-configuration";
import stackOnePublicWay from "./rules/stack-one-public-way";
import tlsCaLifetime from "./rules/tls-ca-lifetime";
import tlsCertificateUses from "./rules/tls-certificate-uses";
import tlsClientLeafOnlyClient from "./rules/tls-client-leaf-only-client";
import tlsEarlyRenewal from "./rules/tls-early-renewal";
import tlsLeafLifetime from "./rules/tls-leaf-lifetime";
import tlsLeafLifetimeShort from "./rules/tls-leaf-lifetime-short";
import tlsStrongKeys from "./rules/tls-strong-keys";

/** Every rule by its id, which is the name of its file. */
export const CATALOGUE: Readonly<Record<string, Rule>> = {
  "comfyui-joins-pod": comfyuiJoinsPod,
  "comfyui-listens-on-loopback": comfyuiListensOnLoopback,
  "comfyui-no-risky-options": comfyuiNoRiskyOptions,
  "comfyui-port-never-published": comfyuiPortNeverPublished,
  "command-no-piped-download": commandNoPipedDownload,
  "command-no-secret": commandNoSecret,
  "container-apparmor-confined": containerApparmorConfined,
  "container-bounded-restart": containerBoundedRestart,
  "container-cpu-limit": containerCpuLimit,
  "container-drop-all-capabilities": containerDropAllCapabilities,
  "container-health-check": containerHealthCheck,
  "container-memory-limit": containerMemoryLimit,
  "container-no-added-capability": containerNoAddedCapability,
  "container-no-devices": containerNoDevices,
  "container-no-host-namespaces": containerNoHostNamespaces,
  "container-no-new-privileges": containerNoNewPrivileges,
  "container-no-secret": containerNoSecret,
  "container-no-sensitive-mount": containerNoSensitiveMount,
  "container-no-swarm-or-plugin": containerNoSwarmOrPlugin,
  "container-no-sysctls": containerNoSysctls,
  "container-non-root": containerNonRoot,
  "container-not-privileged": containerNotPrivileged,
  "container-own-network": containerOwnNetwork,
  "container-process-limit": containerProcessLimit,
  "container-read-only-root": containerReadOnlyRoot,
  "container-seccomp-confined": containerSeccompConfined,
  "ec2-imdsv2-required": ec2Imdsv2Required,
  "image-allowed-source": imageAllowedSource,
  "image-base-by-digest": imageBaseByDigest,
  "image-by-digest": imageByDigest,
  "random-enough-entropy": randomEnoughEntropy,
  "random-no-guessable-secret": randomNoGuessableSecret,
  "secret-not-plain": secretNotPlain,
  "sg-ingress-only-443-and-22": sgIngressOnly443And22,
  "sg-no-world-ingress": sgNoWorldIngress,
  "stack-gateway-configuration": stackGatewayConfiguration,
  "stack-one-public-way": stackOnePublicWay,
  "tls-ca-lifetime": tlsCaLifetime,
  "tls-certificate-uses": tlsCertificateUses,
  "tls-client-leaf-only-client": tlsClientLeafOnlyClient,
  "tls-early-renewal": tlsEarlyRenewal,
  "tls-leaf-lifetime": tlsLeafLifetime,
  "tls-leaf-lifetime-short": tlsLeafLifetimeShort,
  "tls-strong-keys": tlsStrongKeys,
};
