/** A program of the DNS host that failed. */
export interface HookFailure {
  readonly hook: string;
  readonly domain: string;
  readonly exitCode: number;
}

const HOOK_FAILURE = /Hook '([^']+)' for (\S+) reported error code (\d+)/g;
const NOISE =
  /^(Saving debug log to|Ask for help or search|Requesting a certificate|Renewing an existing certificate|Plugins selected|Account registered)/;
const LONGEST_REASON = 2000;

/** Hooks that Certbot reports as failed; it goes on to ask the authority all the same. */
export function hookFailures(output: string): HookFailure[] {
  return [...output.matchAll(HOOK_FAILURE)].map(([, hook = "", domain = "", code]) => ({
    hook,
    domain,
    exitCode: Number(code),
  }));
}

/** What Certbot says went wrong, on one line. */
export function failureReason(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[- ]+$/.test(line) && !NOISE.test(line));
  const reason = lines.join(" | ");
  return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;
}
