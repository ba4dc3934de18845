import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { lastLines } from "../../infra/embedded/errors";
import { runProcess } from "../../infra/embedded/run-process";

const EXECUTABLE = "/usr/bin/chromium";

const FLAGS = [
  // The tests run as root, where Chromium's own sandbox does not; it visits nothing but pages of ours.
  "--no-sandbox",
  "--disable-gpu",
  // HTTP/3 is not served, and this machine's programs are all that may be spoken to.
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A Chromium of its own, with nothing in it from before. */
export interface Chromium {
  /** The profile that is open. */
  readonly context: BrowserContext;
  /** Closes the profile and opens one that has never signed in anywhere. */
  startAnew(): Promise<void>;
  /** Another profile, which has the first one's cookies and nothing else. */
  otherProfile(): Promise<BrowserContext>;
  /**
   * Runs a test, and again from its beginning where it failed and Chromium had given a request up because the machine's
   * network changed: it does so whenever a container starts or ends anywhere on the machine.
   */
  steadily(test: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const ATTEMPTS = 4;

/**
 * Starts Debian's Chromium, which is installed first where it is missing (as root).
 *
 * @param trusted SHA-256 of the public keys (SPKI, base64) of the servers whose certificates count as valid. Not "all
 *   errors are ignored": what comes over a connection with an error is never cached.
 * @throws where it is missing and cannot be installed, with the command to do so
 */
export async function startChromium(trusted: readonly string[]): Promise<Chromium> {
  await install();
  let networkChanges = 0;
  const watch = (watched: BrowserContext) => {
    watched.on("requestfailed", (request) => {
      if (request.failure()?.errorText === "net::ERR_NETWORK_CHANGED") networkChanges++;
    });
    return watched;
  };
  const open = async () => {
    const folder = mkdtempSync(join(tmpdir(), "comfy-fortress-chromium-"));
    const context = await chromium.launchPersistentContext(folder, {
      executablePath: EXECUTABLE,
      headless: true,
      args: [...FLAGS, `--ignore-certificate-errors-spki-list=${trusted.join(",")}`],
    });
    return { folder, context: watch(context) };
  };
  const close = async ({ folder, context }: Awaited<ReturnType<typeof open>>) => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  let profile = await open();
  return {
    get context() {
      return profile.context;
    },
    async startAnew() {
      await close(profile);
      profile = await open();
    },
    async otherProfile() {
      const storageState = await profile.context.storageState();
      const other = await profile.context.browser()?.newContext({ storageState });
      if (!other) throw new Error("this Chromium makes no other profile");
      return watch(other);
    },
    async steadily(test) {
      for (let attempt = 1; ; attempt++) {
        const before = networkChanges;
        try {
          return await test();
        } catch (error) {
          if (networkChanges === before || attempt === ATTEMPTS) throw error;
        }
      }
    },
    close: () => close(profile),
  };
}

async function install(): Promise<void> {
  if (existsSync(EXECUTABLE)) return;
  if (process.getuid?.() !== 0) {
    throw new Error(
      `${EXECUTABLE} is missing. Install it: sudo apt-get install chromium, or run this as root.`,
    );
  }
  console.log("installing Chromium from the distribution (apt-get)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "chromium"],
  ]) {
    const { code, output } = await runProcess("apt-get", args, { env });
    if (code !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${lastLines(output)}`);
  }
}
