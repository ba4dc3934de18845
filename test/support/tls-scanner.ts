import { execFileSync } from "node:child_process";
import { docker } from "./docker";
import { gatewayImages, TEST_STACK } from "./gateway-images";
import type { GatewayPod } from "./gateway-pod";

const IMAGE = `comfy-${TEST_STACK}-tls-scanner:1`;

/** What a server speaks, found out by offering it everything. */
export interface Scan {
  /** By protocol, as IANA writes them. */
  readonly suites: Readonly<Record<string, string[]>>;
  readonly compressors: readonly string[];
  /** Versions that are spoken, `ssl 2` to `tls 1.3`. */
  readonly versions: readonly string[];
  readonly groups: readonly string[];
  /** Whether the server lets a client start a second handshake on a connection. */
  readonly renegotiation: boolean;
  readonly heartbleed: boolean;
  /** Whether a client that comes with less than both sides can is stopped (RFC 7507). */
  readonly fallbackSignal: boolean;
}

/** Scans the gateway with nmap, which writes its own handshakes, and with sslscan. Builds their image once. */
export function scanTls(pod: GatewayPod): Scan {
  const network = ["--network", `container:${pod.container("pod")}`];
  const run = (...command: string[]) => docker("run", "--rm", ...network, scannerImage(), ...command);
  const nmap = run(
    ...["nmap", "-Pn", "-n", "-p", "8443", "--script", "ssl-enum-ciphers"],
    ...["--script-args", "tls.servername=localhost", "-oX", "-", "localhost"],
  );
  const sslscan = run("sslscan", "--no-colour", "--xml=-", "localhost:8443");
  const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = ""]) => found);
  const protocols = nmap.split(/<table key="(?=(?:SSL|TLS)v)/).slice(1);
  return {
    suites: Object.fromEntries(
      protocols.map((text) => [
        text.slice(0, text.indexOf('"')),
        all(text, /<elem key="name">([A-Z0-9_]+)</g).sort(),
      ]),
    ),
    compressors: protocols.flatMap((text) => [
      ...new Set(all(/<table key="compressors">.*?<\/table>/s.exec(text)?.[0] ?? "", /<elem>(\w+)</g)),
    ]),
    versions: [...sslscan.matchAll(/<protocol type="(\w+)" version="([\d.]+)" enabled="1"/g)].map(
      ([, type, version]) => `${type} ${version}`,
    ),
    groups: [...new Set(all(sslscan, /<group .*? name="([^\s"]+)/g))].sort(),
    renegotiation: sslscan.includes('<renegotiation supported="1"'),
    heartbleed: sslscan.includes('vulnerable="1"'),
    fallbackSignal: sslscan.includes('<fallback supported="1"'),
  };
}

function scannerImage(): string {
  if (docker("image", "ls", "--quiet", IMAGE) === "") {
    const dockerfile = `FROM ${gatewayImages().base}
LABEL comfy-fortress.stack=${TEST_STACK}
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends nmap sslscan \\
 && rm -rf /var/lib/apt/lists/*
`;
    execFileSync("docker", ["build", "--quiet", "--tag", IMAGE, "-"], { input: dockerfile, stdio: "pipe" });
  }
  return IMAGE;
}
