import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port";

/** AWS as moto plays it, which refuses much of what AWS would refuse. */
const VERSION = "5.2.5";
const FOLDER = join("node_modules", ".cache", `moto-${VERSION}`);
/** Not the extra `server`, which brings what only services need that we do not use, and takes three times as long. */
const PACKAGES = [`moto==${VERSION}`, "flask==3.1.3", "flask-cors==6.0.5"];
const START_MS = 30_000;

/** What a client of the AWS SDK needs to talk to moto. */
export interface MotoClient {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Account that everything in moto belongs to. */
export const MOTO_ACCOUNT = "123456789012";

/** A simulated AWS on loopback, empty at first. */
export class Moto {
  private constructor(
    private readonly server: ChildProcess,
    readonly client: MotoClient,
  ) {}

  /** Installs moto into a virtual environment where it is not there yet (half a minute), and starts it. */
  static async start(): Promise<Moto> {
    const python = install();
    const port = await freePort();
    const endpoint = `http://127.0.0.1:${port}`;
    const server = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
      stdio: ["ignore", "ignore", "pipe"],
      // AWS's own policies are known only then, and a machine is not made of any image's name.
      env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: "true", MOTO_ENABLE_AMI_VALIDATION: "true" },
    });
    let said = "";
    server.stderr?.on("data", (text) => {
      said = `${said}${text}`.slice(-2000);
    });
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    const moto = new Moto(server, { endpoint, region: "us-east-1", credentials });
    for (const started = Date.now(); ; await sleep(100)) {
      if (
        await fetch(`${endpoint}/moto-api/`).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return moto;
      if (Date.now() - started > START_MS || server.exitCode !== null) {
        moto.stop();
        throw new Error(`moto does not start: ${said}`);
      }
    }
  }

  /** Forgets everything that was made. */
  async reset(): Promise<void> {
    await fetch(`${this.client.endpoint}/moto-api/reset`, { method: "POST" });
  }

  stop(): void {
    this.server.kill("SIGKILL");
  }
}

/** @returns path of the Python that has moto */
function install(): string {
  const python = join(FOLDER, "bin", "python");
  if (existsSync(python)) return python;
  // Only what is whole gets the name: a run that was ended halfway leaves nothing that looks installed.
  const unfinished = `${FOLDER}.${process.pid}`;
  try {
    must(
      "python3",
      ["-m", "venv", unfinished],
      "apt-get install python3-venv, or your system's package for it",
    );
    const pip = join(unfinished, "bin", "python");
    must(pip, ["-m", "pip", "install", "--quiet", ...PACKAGES], "PyPI must be reachable");
    renameSync(unfinished, FOLDER);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(python)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return python;
}

function must(command: string, args: string[], fix: string): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.slice(-1000)}\nFix: ${fix}.`);
  }
}
