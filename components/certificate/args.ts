import type { Engine } from "../shared/engine";

/** What to ask the certificate authority for, and how to prove that the domains are ours. */
export interface CertificateRequest {
  /** Host names the certificate is for; the first is the endpoint's. A wildcard is written `*.example.com`. */
  readonly domains: readonly string[];
  /** Address of the ACME account, for the authority's notices. */
  readonly email: string;
  /**
   * ACME directory: `production` or `staging` of Let's Encrypt, or the https URL of another authority.
   * @default "production"
   */
  readonly directoryUrl?: string;
  /**
   * How the domains are proven. Only DNS-01 can work here; the others are refused with the reason.
   * @default "dns-01"
   */
  readonly challenge?: string;
  /** Where the domain's DNS is hosted. */
  readonly dns: DnsHost;
  /** Certificates in PEM to trust besides Debian's when talking to the authority; for one with a private CA. */
  readonly extraCaCertificates?: string;
}

/** Amazon Route 53, through Certbot's own plugin; it waits until every name server of the zone has the record. */
export interface Route53Dns {
  readonly host: "route53";
  /** Hosted zone that holds the domains, e.g. `Z0123456789ABCDEFGHIJ`; what the machine's role may write to. */
  readonly zoneId: string;
  /**
   * Folder on the engine's machine with a file `credentials` in AWS's format, readable by uid 10004.
   * @default the machine's role, from the instance's metadata: the container then uses the machine's network
   */
  readonly credentialsFolder?: string;
}

/**
 * Any other DNS host, through two programs of one's own.
 *
 * The folder holds `auth-hook` and `cleanup-hook`, executable by uid 10004 (a shell, Python with `requests`, and Node
 * are in the image), and whatever they need. Each is called once for a domain with CERTBOT_DOMAIN and
 * CERTBOT_VALIDATION in its environment: the first adds a TXT record with that value at `_acme-challenge.<domain>` to
 * those already there, the second removes it. Exit code 0 means done; what they print gets into the log.
 */
export interface HookDns {
  readonly host: "hooks";
  /** Absolute path of the folder on the engine's machine; mounted read-only at /etc/dns-host. */
  readonly folder: string;
  /**
   * Seconds between the last record and the authority's look at it; 0 to 900.
   * @default 60
   */
  readonly propagationSeconds?: number;
}

export type DnsHost = Route53Dns | HookDns;

/** Arguments of `Certificate`. */
export interface CertificateArgs extends Omit<CertificateRequest, "extraCaCertificates"> {
  readonly engine: Engine;
  /** File with certificates in PEM to trust besides Debian's when talking to the authority. */
  readonly caBundle?: string;
}
