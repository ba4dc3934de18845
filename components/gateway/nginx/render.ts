import { renderBundle } from "./bundle";
import { AUDIT } from "./conf/audit";
import { COMPRESSION, COMPRESSOR_SERVER } from "./conf/compression";
import { ERRORS_FILE, earlyErrorPages, errorLocations } from "./conf/errors";
import { SECURITY_HEADERS } from "./conf/headers";
import { mainServer, profile, profileName, SERVED, unknownHostServers } from "./conf/locations";
import { PLATFORM, TIMEOUTS, upstreams } from "./conf/platform";
import { outsiders, requestFacts } from "./conf/request-facts";
import { statusServer, TALLY } from "./conf/tally";
import { indent } from "./conf/text";
import {
  BUNDLED_CERTIFICATE,
  BUNDLED_CERTIFICATE_FILE,
  CLIENT_CA_FILE,
  CLIENT_CRL_FILE,
  clientCertificates,
  INSTALLED_CERTIFICATE,
  INSTALLED_CERTIFICATE_FILE,
  TLS,
} from "./conf/tls";

/** What the gateway's nginx is told. */
export interface NginxSettings {
  /** Names clients may use, as in a Host header without its port: DNS names, IPv4, IPv6 in brackets; lower case. */
  readonly hostNames: readonly string[];
  /** TCP port of the endpoint as clients see it. */
  readonly publicPort: number;
  /** Largest body of a JSON request, in bytes. Defaults to 1 MiB. */
  readonly jsonBodyBytes?: number;
  /** Largest file of user data, in bytes. Defaults to 100 MiB, ComfyUI's own limit. */
  readonly fileBodyBytes?: number;
  /** CA that signs client certificates, in PEM. Left out: no certificate is asked for. */
  readonly clientCa?: string;
  /** Which of that CA's certificates are revoked: a CRL in PEM. Defaults to none. */
  readonly clientCrl?: string;
  /** IPv4 and IPv6 addresses and ranges (CIDR) that may connect. Left out or empty: every address may. */
  readonly allowedCidrs?: readonly string[];
  /** Addresses that clients appear with whose own address is hidden: with `allowedCidrs`, never allowed. */
  readonly proxyAddresses?: readonly string[];
  /** Whether to listen on IPv6 too, which the kernel must have. Defaults to false. */
  readonly ipv6?: boolean;
  /** Whether `install-certificate` brings the server's certificate, instead of the bundle. Defaults to false. */
  readonly installedCertificate?: boolean;
}

/** Everything nginx serves with: `NginxSettings` and the server's certificate, unless that is an installed one. */
export interface NginxBundleSettings extends NginxSettings {
  /** Server certificate in PEM, leaf first. */
  readonly serverCertificate?: string;
  /** Private key of the server certificate in PEM. */
  readonly serverKey?: string;
}

export const JSON_BODY_BYTES = 1024 * 1024;
export const FILE_BODY_BYTES = 100 * 1024 * 1024;

/** The text for `apply-config`'s standard input. Contains the private key where it has one. */
export function renderNginxBundle(settings: NginxBundleSettings): string {
  const { serverCertificate = "", serverKey = "", installedCertificate = false } = settings;
  return renderBundle({
    ...renderNginxFiles(settings),
    ...(installedCertificate ? {} : { "tls/server.crt": serverCertificate, "tls/server.key": serverKey }),
    ...(settings.clientCa !== undefined && { [CLIENT_CA_FILE]: settings.clientCa }),
    ...(settings.clientCrl !== undefined && { [CLIENT_CRL_FILE]: settings.clientCrl }),
  });
}

/**
 * nginx.conf and the files it includes, for the settings and the route table. Paths in them are relative to the folder
 * of nginx.conf.
 */
export function renderNginxFiles(settings: NginxSettings): Record<string, string> {
  const hostNames = checkedHostNames(settings.hostNames);
  const limits = {
    json: settings.jsonBodyBytes ?? JSON_BODY_BYTES,
    file: settings.fileBodyBytes ?? FILE_BODY_BYTES,
  };
  const { ipv6 = false } = settings;
  const profiles = new Map(SERVED.map((served) => [profileName(served), served]));
  return {
    "nginx.conf": `# Rendered from components/gateway/routes.ts; do not edit.
load_module modules/ngx_http_brotli_filter_module.so;
worker_processes 2;
worker_rlimit_nofile 16384;
pid /tmp/nginx.pid;
error_log stderr notice;

events {
  worker_connections 4096;
}

http {
${indent(
  [
    PLATFORM,
    AUDIT,
    TALLY,
    settings.installedCertificate ? INSTALLED_CERTIFICATE : BUNDLED_CERTIFICATE,
    TLS,
    ...(settings.clientCa === undefined ? [] : [clientCertificates(settings.clientCrl !== undefined)]),
    TIMEOUTS,
    COMPRESSION,
    SECURITY_HEADERS,
    outsiders(settings.allowedCidrs ?? [], settings.proxyAddresses ?? []),
    requestFacts(),
    upstreams(),
    earlyErrorPages(),
    mainServer(hostNames, settings.publicPort, ipv6),
    unknownHostServers(ipv6),
    COMPRESSOR_SERVER,
    statusServer(
      settings.installedCertificate ? INSTALLED_CERTIFICATE_FILE : BUNDLED_CERTIFICATE_FILE,
      settings.installedCertificate ?? false,
    ),
  ].join("\n\n"),
)}
}
`,
    [ERRORS_FILE]: `${errorLocations()}\n`,
    ...Object.fromEntries([...profiles].map(([name, served]) => [name, `${profile(served, limits)}\n`])),
  };
}

function checkedHostNames(hostNames: readonly string[]): readonly string[] {
  const wrong = hostNames.filter((name) => !/^(?:[a-z0-9_]([a-z0-9-]*\.?)*|\[[0-9a-f:.]+\])$/.test(name));
  if (hostNames.length === 0 || wrong.length > 0) {
    throw new Error(
      `hostNames ${JSON.stringify(wrong)}: give at least one, each a lower-case DNS name, an IPv4 address or an IPv6 address in brackets`,
    );
  }
  return [...new Set(hostNames)];
}
