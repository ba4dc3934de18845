import type { CertificateRequest, DnsHost } from "./args";

/** One thing wrong with a request for a certificate. */
export interface RequestProblem {
  /** Property path, e.g. `domains[1]`. */
  readonly path: string;
  /** The value, what is allowed and the fix. */
  readonly reason: string;
}

const MAX_DOMAINS = 100;
const MAX_PROPAGATION_SECONDS = 900;

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const IPV4_ADDRESS = /^\d+(\.\d+){3}$/;
const EMAIL = /^[^\s@,"<>]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const ZONE_ID = /^Z[A-Z0-9]{1,31}$/;
/** Names that no public authority certifies (RFC 2606, 6761, 6762, 9476 and ICANN's `internal`). */
const NOT_PUBLIC = /(^|\.)(localhost|local|internal|test|example|invalid|onion|alt|lan|home\.arpa)$/;

const REFUSED_CHALLENGES: Readonly<Record<string, string>> = {
  "http-01": "it is answered on port 80, which stays closed",
  "tls-alpn-01": "Certbot does not implement it, and it would put a second protocol on port 443",
};

/** Everything wrong with a request, in the order of its properties; empty when the authority can be asked. */
export function requestProblems(request: CertificateRequest): RequestProblem[] {
  return [
    ...domainProblems(request.domains, isLetsEncrypt(request.directoryUrl)),
    ...emailProblems(request.email),
    ...directoryProblems(request.directoryUrl),
    ...challengeProblems(request.challenge),
    ...dnsProblems(request.dns),
  ];
}

function isLetsEncrypt(directoryUrl: string | undefined): boolean {
  return directoryUrl === undefined || directoryUrl === "production" || directoryUrl === "staging";
}

function domainProblems(domains: readonly string[], publicOnly: boolean): RequestProblem[] {
  if (domains.length === 0 || domains.length > MAX_DOMAINS) {
    return [
      {
        path: "domains",
        reason: `${domains.length} domains: 1 to ${MAX_DOMAINS} are allowed in one certificate`,
      },
    ];
  }
  return domains.flatMap((domain, at) => {
    const reason =
      nameProblem(domain) ??
      (publicOnly ? publicProblem(domain) : ownProblem(domain)) ??
      doubleProblem(domain, at, domains);
    return reason === undefined
      ? []
      : [{ path: `domains[${at}]`, reason: `${JSON.stringify(domain)}: ${reason}` }];
  });
}

function nameProblem(domain: string): string | undefined {
  const base = domain.startsWith("*.") ? domain.slice(2) : domain;
  if (base.includes("*")) {
    return "a wildcard stands for the whole leftmost label and nothing else, as in *.example.com";
  }
  if (IPV4_ADDRESS.test(base) || base.includes(":")) {
    return "an address cannot be proven by DNS-01; give a host name";
  }
  if (!HOST_NAME.test(base)) {
    return "not a host name; give it bare and in lower case (IDN as xn--…): no scheme, port, path or trailing dot";
  }
  if (base !== domain && !base.includes(".")) {
    return "a wildcard over a whole top-level domain is issued to nobody; put it under a domain of your own";
  }
  return undefined;
}

function publicProblem(domain: string): string | undefined {
  if (!domain.includes(".") || NOT_PUBLIC.test(domain)) {
    return "Let's Encrypt certifies public names only; use a registered domain, or certificate private-ca";
  }
  return undefined;
}

/** An authority of one's own may know more names than the public ones. */
function ownProblem(domain: string): string | undefined {
  return /(^|\.)localhost$/.test(domain)
    ? "every machine calls itself that; give a host name of your own, or use certificate private-ca"
    : undefined;
}

function doubleProblem(domain: string, at: number, domains: readonly string[]): string | undefined {
  if (domains.indexOf(domain) !== at) {
    return "listed twice; remove one";
  }
  const wildcard = `*.${domain.slice(domain.indexOf(".") + 1)}`;
  if (wildcard !== domain && domains.includes(wildcard)) {
    return `already covered by ${wildcard}, and the authority refuses both together; remove one`;
  }
  return undefined;
}

function emailProblems(email: string): RequestProblem[] {
  return EMAIL.test(email)
    ? []
    : [
        {
          path: "email",
          reason: `${JSON.stringify(email)}: one mail address, such as admin@example.com, is needed`,
        },
      ];
}

function directoryProblems(directoryUrl: string | undefined): RequestProblem[] {
  if (isLetsEncrypt(directoryUrl)) {
    return [];
  }
  const url = URL.canParse(String(directoryUrl)) ? new URL(String(directoryUrl)) : undefined;
  if (url?.protocol === "https:" && url.username === "" && url.password === "" && url.hash === "") {
    return [];
  }
  return [
    {
      path: "directoryUrl",
      reason: `${JSON.stringify(directoryUrl)}: production, staging, or an https URL without credentials or fragment is allowed`,
    },
  ];
}

function challengeProblems(challenge: string | undefined): RequestProblem[] {
  if (challenge === undefined || challenge === "dns-01") {
    return [];
  }
  const why = REFUSED_CHALLENGES[challenge] ?? "no such challenge is known";
  return [{ path: "challenge", reason: `${JSON.stringify(challenge)}: ${why}; set dns-01 or leave it out` }];
}

function dnsProblems(dns: DnsHost): RequestProblem[] {
  switch (dns.host) {
    case "route53":
      return [
        ...(ZONE_ID.test(dns.zoneId)
          ? []
          : [
              {
                path: "dns.zoneId",
                reason: `${JSON.stringify(dns.zoneId)}: a hosted zone's id is needed, such as Z0123456789ABCDEFGHIJ`,
              },
            ]),
        ...(dns.credentialsFolder === undefined
          ? []
          : folderProblems("dns.credentialsFolder", dns.credentialsFolder)),
      ];
    case "hooks":
      return [...folderProblems("dns.folder", dns.folder), ...propagationProblems(dns.propagationSeconds)];
    default: {
      const unknown: never = dns;
      return [{ path: "dns.host", reason: `${JSON.stringify(unknown)}: route53 or hooks is allowed` }];
    }
  }
}

function folderProblems(path: string, folder: string): RequestProblem[] {
  return /^\/[^:\n]+$/.test(folder)
    ? []
    : [
        {
          path,
          reason: `${JSON.stringify(folder)}: the absolute path of a folder on the engine's machine is needed`,
        },
      ];
}

function propagationProblems(seconds: number | undefined): RequestProblem[] {
  return seconds === undefined ||
    (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_PROPAGATION_SECONDS)
    ? []
    : [
        {
          path: "dns.propagationSeconds",
          reason: `${JSON.stringify(seconds)}: whole seconds from 0 to ${MAX_PROPAGATION_SECONDS} are allowed`,
        },
      ];
}
