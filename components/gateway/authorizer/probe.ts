import { setTimeout as sleep } from "node:timers/promises";
import { PORT } from "../../shared/pod-layout";

const URL = `http://127.0.0.1:${PORT.comfyui}/system_stats`;

/**
 * Waits until ComfyUI answers. Runs here because ComfyUI's own user may not open connections in the pod.
 *
 * @param timeoutSeconds how long to wait
 * @throws with what was seen last, when it does not answer in time
 */
export async function probe(timeoutSeconds: number): Promise<void> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let last = "";
  do {
    try {
      const response = await fetch(URL, { signal: AbortSignal.timeout(5000) });
      if (response.status === 200) return;
      last = `status ${response.status}`;
    } catch (error) {
      const { message, cause } = error as Error;
      last = cause instanceof Error ? cause.message : message;
    }
    await sleep(500);
  } while (Date.now() < deadline);
  throw new Error(`ComfyUI did not answer ${URL} within ${timeoutSeconds} s: ${last}`);
}
