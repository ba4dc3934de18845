/** The script that waits for a machine, with a stand-in for the ssh client; stack/ssh.test.ts has the real one. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const PINNED = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
const SHOWN = "SHA256:FKtXcs1GUxC+YW7LnRxIRG9/IkR/SrkDUyBqhVFikkQ";
/** What OpenSSH 9.2 says, with the ends of line that it has. */
const OTHER_KEY = `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
The fingerprint for the ED25519 key sent by the remote host is
${SHOWN}.
Add correct host key in .comfy/ssh/production/known_hosts to get rid of this message.
Host key for comfy-production-vm has changed and you have requested strict checking.
Host key verification failed.`;
const OTHER_KIND =
  "Unable to negotiate with 203.0.113.7 port 22: no matching host key type found. Their offer: rsa-sha2-512,rsa-sha2-256";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "comfy-fortress-await-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Waits for a machine, where the client ends each time as the next of these scripts does; after the last as that. */
function wait(...attempts: string[]) {
  for (const [index, attempt] of attempts.entries()) {
    writeFileSync(join(folder, `attempt-${index}`), attempt);
  }
  writeFileSync(join(folder, "known_hosts"), `comfy-production-vm ${HOST_KEY}\n`);
  writeFileSync(
    join(folder, "ssh"),
    `#!/bin/sh
printf '%s\\n' "$@" >> ${folder}/arguments
count=$(cat ${folder}/count 2>/dev/null || echo 0)
echo $((count + 1)) > ${folder}/count
[ -e ${folder}/attempt-$count ] || count=${attempts.length - 1}
. ${folder}/attempt-$count
`,
  );
  // Between two attempts, not that long.
  writeFileSync(join(folder, "sleep"), "#!/bin/sh\nexec /bin/sleep 0.2\n");
  for (const program of ["ssh", "sleep"]) chmodSync(join(folder, program), 0o755);
  const run = spawnSync("sh", ["components/docker-host/await-machine.sh"], {
    encoding: "utf8",
    input: "echo 'ready on'\nthe machine\n",
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      DESTINATION: "ubuntu@203.0.113.7",
      SSH_FOLDER: folder,
      REACH_SECONDS: "2",
    },
  });
  const count = join(folder, "count");
  return { ...run, attempts: existsSync(count) ? Number(readFileSync(count, "utf8")) : 0 };
}

const refuses = (message: string) => `printf '%s\\n' '${message}' | sed 's/$/\\r/' >&2; exit 255`;

describe("waiting for a machine", () => {
  it("runs the script there, over a connection of its own, and hands on what it says", () => {
    const { status, stdout, stderr, attempts } = wait("echo docker 28.5.1; echo aside >&2");
    expect({ status, stdout, stderr, attempts }).toEqual({
      status: 0,
      stdout: "docker 28.5.1\n",
      stderr: "aside\n",
      attempts: 1,
    });
    expect(readFileSync(join(folder, "arguments"), "utf8")).toBe(
      `-F\n${folder}/config\n-o\nControlPath=none\nubuntu@203.0.113.7\necho 'ready on'\nthe machine\n`,
    );
  });

  it("fails as the script does, at once", () => {
    const { status, stderr, attempts } = wait(
      "echo 'The machine is not ready: it has no cloud-init' >&2; exit 1",
    );
    expect({ status, attempts }).toEqual({ status: 1, attempts: 1 });
    expect(stderr).toBe("The machine is not ready: it has no cloud-init\n");
  });

  it("tries again while the machine is on its way up, and says so once", () => {
    const refused = refuses("ssh: connect to host 203.0.113.7 port 22: Connection refused");
    const { status, stdout, stderr, attempts } = wait(refused, refused, "echo docker 28.5.1");
    expect({ status, stdout, attempts }).toEqual({ status: 0, stdout: "docker 28.5.1\n", attempts: 3 });
    expect(stderr).toBe(
      "waiting for the machine: ssh: connect to host 203.0.113.7 port 22: Connection refused\n",
    );
  });

  it.each([
    ["another host key", OTHER_KEY, SHOWN],
    ["another kind of host key", OTHER_KIND, "another kind of key (rsa-sha2-512,rsa-sha2-256)"],
  ])("stops at %s at once, with what was found and what to do", (_, said, found) => {
    const { status, stdout, stderr, attempts } = wait(refuses(said));
    expect({ status, stdout, attempts }).toEqual({ status: 1, stdout: "", attempts: 1 });
    expect(stderr).toContain(
      `ubuntu@203.0.113.7 shows another host key than the stack's: ${found}, where ${PINNED} is pinned.`,
    );
    expect(stderr).toMatch(/\nFix: .*aws ec2 describe-addresses/);
  });

  it.each([
    "ssh: connect to host 203.0.113.7 port 22: Connection timed out",
    "ubuntu@203.0.113.7: Permission denied (publickey).",
  ])(
    "gives up after its time, with the last words: %s",
    (said) => {
      const { status, stderr, attempts } = wait(refuses(said));
      expect(status).toBe(1);
      expect(attempts).toBeGreaterThan(1);
      expect(stderr).toContain(`ubuntu@203.0.113.7 cannot be reached over SSH in 2 s: ${said}\nFix: `);
    },
    15_000,
  );
});
