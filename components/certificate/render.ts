import { createHash } from "node:crypto";
import type { CertificateRequest, DnsHost } from "./args";
import { CONFIG_VARIABLE, FOLDER } from "./layout";

/** Directories of Let's Encrypt. Staging has generous limits, and its certificates are trusted by nobody. */
export const LETS_ENCRYPT: Readonly<Record<string, string>> = {
  production: "https://acme-v02.api.letsencrypt.org/directory",
  staging: "https://acme-staging-v02.api.letsencrypt.org/directory",
};

const DEFAULT_PROPAGATION_SECONDS = 60;

/** What the supervisor in the container needs to know; nothing in it is secret. */
export interface SupervisorConfig {
  /** Name of the certificate in Certbot's folder. */
  readonly certName: string;
  readonly domains: readonly string[];
  /** Arguments of the one command that issues, renews when due, and otherwise does nothing. */
  readonly certbotArguments: readonly string[];
  /** PEM certificates to trust besides Debian's; empty for none. */
  readonly extraCaCertificates: string;
}

/** The configuration of a request in which `requestProblems` found nothing. */
export function supervisorConfig(request: CertificateRequest): SupervisorConfig {
  const server = directory(request);
  const name = certName(request.domains, server);
  return {
    certName: name,
    domains: request.domains,
    certbotArguments: [
      "certonly",
      "--non-interactive",
      "--agree-tos",
      "--no-eff-email",
      ...["--email", request.email],
      ...["--server", server],
      ...["--cert-name", name],
      ...request.domains.flatMap((domain) => ["--domain", domain]),
      // Due is what Certbot says: the last third of a certificate's life, whatever its length.
      "--keep-until-expiring",
      ...["--key-type", "ecdsa", "--elliptic-curve", "secp256r1"],
      ...["--preferred-challenges", "dns"],
      ...authenticator(request.dns),
      ...["--config-dir", FOLDER.letsencrypt],
      ...["--work-dir", `${FOLDER.scratch}/work`],
      ...["--logs-dir", `${FOLDER.scratch}/logs`],
      ...["--max-log-backups", "5"],
    ],
    extraCaCertificates: request.extraCaCertificates ?? "",
  };
}

/** Environment of the certificate container for a request in which `requestProblems` found nothing. */
export function certificateEnvironment(request: CertificateRequest): string[] {
  const { dns } = request;
  const hasCredentials = dns.host === "route53" && dns.credentialsFolder !== undefined;
  return [
    `${CONFIG_VARIABLE}=${JSON.stringify(supervisorConfig(request))}`,
    ...(hasCredentials ? [`AWS_SHARED_CREDENTIALS_FILE=${FOLDER.dnsHost}/credentials`] : []),
  ];
}

/** Folder of the engine's machine that the container sees at `FOLDER.dnsHost`; undefined for none. */
export function dnsHostFolder(dns: DnsHost): string | undefined {
  return dns.host === "hooks" ? dns.folder : dns.credentialsFolder;
}

function directory({ directoryUrl = "production" }: CertificateRequest): string {
  return LETS_ENCRYPT[directoryUrl] ?? directoryUrl;
}

/**
 * Other names or another authority make another certificate: going from staging to production issues at once, and going
 * back to what was takes up the certificate that is still there instead of spending the authority's weekly quota.
 */
function certName(domains: readonly string[], server: string): string {
  const identity = JSON.stringify([server, [...domains].sort()]);
  return `gateway-${createHash("sha256").update(identity).digest("hex").slice(0, 16)}`;
}

function authenticator(dns: DnsHost): string[] {
  switch (dns.host) {
    case "route53":
      return ["--dns-route53"];
    case "hooks": {
      const seconds = dns.propagationSeconds ?? DEFAULT_PROPAGATION_SECONDS;
      // Certbot hands this to a shell; one wait after the last of several records.
      const wait = `if [ "$CERTBOT_REMAINING_CHALLENGES" = 0 ]; then sleep ${seconds}; fi`;
      return [
        "--manual",
        ...["--manual-auth-hook", `${FOLDER.dnsHost}/auth-hook && ${wait}`],
        ...["--manual-cleanup-hook", `${FOLDER.dnsHost}/cleanup-hook`],
      ];
    }
    default: {
      const unknown: never = dns;
      throw new Error(`DNS host ${JSON.stringify(unknown)} is not known: route53 or hooks is allowed.`);
    }
  }
}
