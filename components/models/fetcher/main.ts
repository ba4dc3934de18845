/**
 * Fetches models into /models: what to fetch comes as JSON on standard input. Progress goes to standard error, one line
 * for each model in the end to standard output. Ends with code 1 when any model failed; the others are there then.
 */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import type { Model } from "../args";
import { fetchModels } from "./fetch";

/** What comes on standard input. */
export interface FetchRequest {
  readonly models: readonly Model[];
  /** CA certificates in PEM to trust besides Debian's. */
  readonly caCertificates: string;
}

const ROOT = "/models";
const DEBIAN_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";
const PROGRESS_MS = 2000;

async function main(): Promise<void> {
  const { models, caCertificates }: FetchRequest = JSON.parse(await text(process.stdin));
  let shown = 0;
  const say = (path: string, words: string) => console.error(`models: ${path}: ${words}`);
  const outcomes = await fetchModels(ROOT, models, {
    ca: [readFileSync(DEBIAN_CERTIFICATES, "utf8"), caCertificates],
    onProgress: (path, done, total) => {
      if (Date.now() - shown >= PROGRESS_MS) {
        shown = Date.now();
        say(path, progress(done, total));
      }
    },
    onRetry: (path, reason, delayMs) => say(path, `${reason}; trying again in ${delayMs / 1000} s`),
  });
  for (const { path, result } of outcomes.filter((outcome) => outcome.result !== "failed")) {
    console.log(`${path}: ${result}`);
  }
  const failed = outcomes.filter(({ result }) => result === "failed");
  if (failed.length > 0) {
    const rest = outcomes.length - failed.length;
    console.error(`models: ${failed.length} could not be had, ${rest} are as they should be:`);
    for (const { path, reason } of failed) {
      console.error(`  ${path}: ${reason}`);
    }
    process.exitCode = 1;
  }
}

function progress(done: number, total: number | undefined): string {
  const mib = (bytes: number) => (bytes / (1024 * 1024)).toFixed(0);
  return total === undefined || total === 0
    ? `${mib(done)} MiB`
    : `${Math.floor((done / total) * 100)} % (${mib(done)} of ${mib(total)} MiB)`;
}

main().catch((error: Error) => {
  console.error(`models: ${error.message}`);
  process.exit(1);
});
