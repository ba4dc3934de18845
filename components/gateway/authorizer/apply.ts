import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { PORT } from "../../shared/pod-layout";
import { checkConfiguration, generationOf } from "./configuration";
import { Generations } from "./generations";
import { HOME, PID_FILE } from "./places";
import { GENERATION_PATH } from "./server";

const TAKE_OVER_MS = 10_000;

/**
 * Puts the configuration on standard input in force: validates, swaps atomically, tells the server and waits until it
 * has taken it over. One that is refused changes nothing. The same again is a no-op.
 *
 * @throws where the configuration is refused, or the server does not take it over
 */
export async function apply(): Promise<string> {
  const text = readFileSync(0, "utf8");
  await checkConfiguration(text);
  const generation = generationOf(text);
  const generations = new Generations(HOME);
  const previous = generations.currentName();
  if (previous !== generation) generations.put(generation, text);
  if ((await servedGeneration()) === generation) return `unchanged (${generation})`;

  // A container that has just been started may not have its server yet.
  const deadline = Date.now() + TAKE_OVER_MS;
  let told = false;
  while (Date.now() < deadline) {
    const pid = told ? undefined : serverPid();
    if (pid !== undefined) told = process.kill(pid, "SIGHUP");
    if ((await servedGeneration()) === generation) {
      generations.keepOnly(previous === undefined ? [generation] : [generation, previous]);
      return `in force (${generation})`;
    }
    await sleep(50);
  }
  if (previous !== undefined) generations.pointAt(previous);
  throw new Error(
    told
      ? `the server did not take the configuration over within ${TAKE_OVER_MS / 1000} s; see its log`
      : `the server is not running: ${PID_FILE} is not there`,
  );
}

function serverPid(): number | undefined {
  try {
    return Number(readFileSync(PID_FILE, "utf8"));
  } catch {
    return undefined;
  }
}

async function servedGeneration(): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${PORT.authorizer}${GENERATION_PATH}`);
    return await response.text();
  } catch {
    return undefined;
  }
}
