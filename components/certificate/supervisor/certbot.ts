import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SupervisorConfig } from "../render";

const SYSTEM_CA_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Route 53 is waited for up to 10 minutes a record; what takes longer than this hangs. */
const TIMEOUT_MS = 30 * 60_000;
const OUTPUT_LIMIT = 64 * 1024;

/** How a run of Certbot ended. */
export interface CertbotRun {
  readonly succeeded: boolean;
  /** Standard output and error together. */
  readonly output: string;
}

/** Runs Certbot, one run at a time. */
export class Certbot {
  #running: ChildProcess | undefined;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param scratch folder for files that may be lost */
  constructor(
    private readonly config: SupervisorConfig,
    scratch: string,
  ) {
    mkdirSync(scratch, { recursive: true });
    this.#environment = { ...process.env, ...trust(config.extraCaCertificates, scratch) };
  }

  /** Issues or renews when due. Never rejects. @param force renew although it is not due */
  run(force: boolean): Promise<CertbotRun> {
    return new Promise((resolve) => {
      const child = spawn(
        "certbot",
        [...this.config.certbotArguments, ...(force ? ["--force-renewal"] : [])],
        {
          env: this.#environment,
          stdio: ["ignore", "pipe", "pipe"],
          timeout: TIMEOUT_MS,
        },
      );
      this.#running = child;
      let output = "";
      const collect = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-OUTPUT_LIMIT);
      };
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.on("error", (error) =>
        resolve({ succeeded: false, output: `certbot did not start: ${error.message}` }),
      );
      child.on("close", (code, signal) => {
        this.#running = undefined;
        resolve({
          succeeded: code === 0,
          output: signal === null ? output : `${output}\ncertbot ended by ${signal}`,
        });
      });
    });
  }

  /** Ends a run; Certbot removes its TXT records before it goes. */
  stop(): void {
    this.#running?.kill("SIGTERM");
  }
}

/** Environment that makes Certbot trust more certificates than Debian's. */
function trust(extraCaCertificates: string, scratch: string): NodeJS.ProcessEnv {
  if (extraCaCertificates === "") {
    return {};
  }
  const bundle = join(scratch, "ca.pem");
  writeFileSync(bundle, `${readFileSync(SYSTEM_CA_CERTIFICATES, "utf8")}\n${extraCaCertificates}\n`);
  return { REQUESTS_CA_BUNDLE: bundle };
}
