import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Entry } from "../../infra/embedded/state";

/** How a run of the engine ended. */
export interface Ended {
  code: number | null;
  output: string;
  seconds: number;
}

/** A throw-away stack on this machine's Docker Engine, driven through processes like `npm start`. */
export class TestStack {
  readonly stack = `cftest-${process.pid.toString(36)}-${Date.now().toString(36)}`;
  readonly root = mkdtempSync(join(tmpdir(), "comfy-embedded-"));
  readonly folder = join(this.root, ".comfy");
  readonly context = join(this.root, "context");
  readonly log = join(this.root, "log");

  /** @param program file name in test/support, without extension */
  constructor(private readonly program = "embedded-program") {}

  /** Starts the engine without waiting for its end. */
  spawn(
    what: "start" | "stop" | "stop-keep-data",
    env: Record<string, string> = {},
  ): { child: ChildProcess; ended: Promise<Ended> } {
    const began = Date.now();
    const args = [
      "--import",
      "tsx",
      join(__dirname, "embedded-run.ts"),
      what,
      this.folder,
      this.stack,
      this.program,
    ];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TEST_STACK: this.stack, TEST_CONTEXT: this.context, TEST_LOG: this.log, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const ended = new Promise<Ended>((resolve) => {
      child.on("close", (code) => resolve({ code, output, seconds: (Date.now() - began) / 1000 }));
    });
    return { child, ended };
  }

  run(what: "start" | "stop" | "stop-keep-data", env?: Record<string, string>): Promise<Ended> {
    return this.spawn(what, env).ended;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the outputs of test programs have any shape
  outputs(): any {
    return JSON.parse(readFileSync(join(this.folder, "outputs.json"), "utf8"));
  }

  resources(): Entry[] {
    const path = join(this.folder, "state.json");
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).resources : [];
  }

  /** Everything in Docker that carries the stack's label, as "kind name". */
  leftovers(): string[] {
    const filter = `label=comfy-fortress.stack=${this.stack}`;
    const list = (kind: string, ...args: string[]) =>
      docker(kind, "ls", ...args, "--filter", filter)
        .split("\n")
        .filter((name) => name !== "")
        .map((name) => `${kind} ${name}`);
    return [
      ...list("container", "-a", "--format", "{{.Names}}"),
      ...list("network", "--format", "{{.Name}}"),
      ...list("volume", "--format", "{{.Name}}"),
      ...list("image", "-a", "--format", "{{.Repository}}"),
    ];
  }

  /** Lays down a build context: a shell, sleep and their libraries from this machine, so that no registry is needed. */
  writeContext(marker = "1"): void {
    mkdirSync(this.context, { recursive: true });
    const programs = ["sh", "sleep", "test"].map((name) =>
      execFileSync("sh", ["-c", `command -v -- /usr/bin/${name} || command -v -- /bin/${name}`], {
        encoding: "utf8",
      }).trim(),
    );
    const libraries = new Set<string>();
    for (const program of programs) {
      for (const match of execFileSync("ldd", [program], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g))
        libraries.add(match[1] ?? "");
    }
    for (const path of [...programs, ...libraries]) {
      const target = join(this.context, "root", programs.includes(path) ? `/bin/${basename(path)}` : path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(path, target);
    }
    writeFileSync(join(this.context, "root", "marker"), marker);
    writeFileSync(
      join(this.context, "Dockerfile"),
      "FROM scratch\nARG STACK\nLABEL comfy-fortress.stack=$STACK\nENV PATH=/bin\nCOPY root/ /\n",
    );
  }

  /** Removes everything, whatever state the tests left it in. */
  async destroy(): Promise<void> {
    await this.run("stop");
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function docker(...args: string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Whether a Docker Engine answers here; without one the tests that need it are skipped. */
export const hasDocker = (() => {
  try {
    docker("version", "--format", "{{.Server.Version}}");
    return true;
  } catch {
    return false;
  }
})();
