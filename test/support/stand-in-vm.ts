import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sshServer } from "../../components/gpu-vm/cloud-init/ssh";
import { docker } from "./docker";
import type { PrivateEngine } from "./private-engine";

const USER = "ubuntu";
/** Takes as long as the test wants it to. */
const CLOUD_INIT = "#!/bin/sh\\nuntil [ -e /run/set-up ]; do sleep 0.1; done\\necho status: done\\n";

/** A key pair as OpenSSH writes it. */
export interface KeyPair {
  readonly private: string;
  readonly public: string;
}

export function makeKey(): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-key-"));
  try {
    const path = join(folder, "key");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path]);
    const [secret, open] = [path, `${path}.pub`].map((file) => readFileSync(file, "utf8"));
    return { private: secret ?? "", public: (open ?? "").trim() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A public key's, as the ssh client shows it. */
export function fingerprint({ public: key }: Pick<KeyPair, "public">): string {
  const shown = execFileSync("ssh-keygen", ["-lf", "-"], { input: key, encoding: "utf8" });
  return shown.split(" ")[1] ?? "";
}

export function newInstanceId(): string {
  return `i-${Date.now().toString(16).padStart(17, "0")}`;
}

/** Whether there is an SSH client to reach it by. */
export function hasSsh(): boolean {
  return spawnSync("ssh", ["-V"]).status === 0;
}

/**
 * What stands in for the machine in the cloud: a container with an SSH server, set up as user data sets it up, and a Docker
 * Engine of its own. It is reached at its own address, from this machine only.
 */
export class StandInVm {
  readonly user = USER;
  readonly #name: string;

  /**
   * Starts it as a machine is that has just been switched on: nothing listens, and cloud-init has all still to do.
   *
   * @param image what `standInImage` made
   * @param instanceId as EC2 gives them, and `newInstanceId` does
   */
  constructor(
    image: string,
    private readonly engine: PrivateEngine,
    keys: { readonly host: KeyPair; readonly login: KeyPair },
    readonly instanceId = newInstanceId(),
  ) {
    this.#name = `comfy-stand-in-vm-${this.instanceId}`;
    const socket = engine.host.replace("unix://", "");
    docker(
      ...["run", "--detach", "--init", "--name", this.#name],
      ...["--volume", `${socket}:/var/run/docker.sock`, image, "sleep", "infinity"],
    );
    this.#asRoot(
      `set -e
umask 077
cat > /etc/ssh/ssh_host_ed25519_key
getent group "$(stat -c %g /var/run/docker.sock)" >/dev/null || groupadd -g "$(stat -c %g /var/run/docker.sock)" engine
usermod -aG "$(getent group "$(stat -c %g /var/run/docker.sock)" | cut -d: -f1)" ${USER}
mkdir -p /run/sshd`,
      keys.host.private,
    );
    this.#asRoot(
      `install -d -o ${USER} -m 700 /home/${USER}/.ssh && cat > /home/${USER}/.ssh/authorized_keys && chown ${USER} /home/${USER}/.ssh/authorized_keys`,
      keys.login.public,
    );
  }

  get address(): string {
    return docker("inspect", "--format", "{{.NetworkSettings.IPAddress}}", this.#name);
  }

  /** From now on it takes connections. */
  startSsh(): void {
    this.#asRoot("exec /usr/sbin/sshd -E /var/log/sshd.log");
  }

  /** From now on nobody new gets in, as while a machine starts again. */
  stopSsh(): void {
    this.#asRoot("kill $(cat /run/sshd.pid)");
  }

  /** From now on cloud-init has done its work. */
  finishSetUp(): void {
    this.#asRoot("touch /run/set-up");
  }

  /** How many connections have logged in so far. */
  logins(): number {
    return Number(this.#asRoot("grep -c 'Accepted publickey' /var/log/sshd.log || true"));
  }

  /** It is gone, with its engine and everything on it. */
  async lose(): Promise<void> {
    docker("rm", "--force", "--volumes", this.#name);
    await this.engine.remove();
  }

  #asRoot(script: string, input = ""): string {
    return execFileSync("docker", ["exec", "--interactive", this.#name, "sh", "-c", script], {
      input,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "pipe"],
    }).trim();
  }
}

/** Builds the stand-in's image. @param base Debian */
export function standInImage(stack: string, base: string): string {
  const image = `comfy-${stack}-stand-in-vm:1`;
  const { path, content } = sshServer(USER);
  const dockerfile = `FROM ${base}
LABEL comfy-fortress.stack=${stack}
RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openssh-server docker-cli \\
 && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_* \\
 && useradd --create-home --shell /bin/bash --password '*' ${USER}
RUN echo ${Buffer.from(content).toString("base64")} | base64 -d > ${path} \\
 && printf '${CLOUD_INIT.replaceAll("\n", "\\n")}' > /usr/bin/cloud-init && chmod 755 /usr/bin/cloud-init
`;
  execFileSync("docker", ["build", "--quiet", "--tag", image, "-"], { input: dockerfile, stdio: "pipe" });
  return image;
}
