import { setTimeout as sleep } from "node:timers/promises";
import { bundle } from "../../components/shared/bundle";
import { PORT } from "../../components/shared/pod-layout";
import { Interrupted } from "../../infra/embedded/errors";
import { keyHolders } from "./contenders";
import { Lab } from "./lab";

/** A client may have 16. */
const SOCKETS_PER_CLIENT = 10;
const CLIENTS = 100;
/** Until buffers of the handshakes have been given back. */
const SETTLE_MS = 3000;

/**
 * By how much 1,000 idle WebSockets enlarge the resident memory of a fresh gateway (nginx and authorizer), in bytes.
 *
 * @param image of an upstream that takes WebSockets
 */
export async function idleSocketsBytes(labs: Lab[], image: string, signal: AbortSignal): Promise<number> {
  const { clients, credentials } = keyHolders(CLIENTS);
  const lab = await Lab.start({ authorizer: { clients }, upstreamImage: image }, signal);
  labs.push(lab);
  lab.write("idle-sockets.js", bundle("test/bench/idle-sockets.ts"));
  lab.write("credentials", credentials.join("\n"));
  await lab.upstreamAnswers(signal);
  const before = await lab.memoryBytes();

  const stop = new AbortController();
  const command = ["node", "/lab/idle-sockets.js", `wss://localhost:${PORT.gateway}/ws`, "/lab/credentials"];
  let announce = () => {};
  const opened = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const ended = lab
    .exec("tools", [...command, String(SOCKETS_PER_CLIENT)], {
      signal: AbortSignal.any([signal, stop.signal]),
      onOutput: (text) => text.includes(`open ${CLIENTS * SOCKETS_PER_CLIENT}`) && announce(),
    })
    .then(({ output }) => {
      throw new Error(`the idle WebSockets did not stay open: ${output.trim()}`);
    });
  await Promise.race([opened, ended]);
  await Promise.race([sleep(SETTLE_MS), ended]);
  const after = await lab.memoryBytes();
  stop.abort();
  await ended.catch((error: Error) => {
    if (!(error instanceof Interrupted)) throw error;
  });
  return after - before;
}
