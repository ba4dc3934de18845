import { objectName } from "../shared/engine";
import { heldCommand } from "../watcher/commands";

/** Seconds that ComfyUI gets to answer after its start: loading torch takes a minute on a slow disk. */
const READY_TIMEOUT_SECONDS = 300;
/** Seconds after which the watcher is asked again whether it keeps ComfyUI down. */
const PROBE_SECONDS = 5;

/**
 * Shell command that waits until ComfyUI answers: at most the given time, and not at all while the watcher keeps it down.
 * It then fails and says why on standard error.
 */
export function readyCommand(stack: string, timeoutSeconds = READY_TIMEOUT_SECONDS): string {
  // From the authorizer's side: the firewall lets ComfyUI's user open no connection, not even to itself.
  const probe = `docker exec ${objectName(stack, "authorizer")} node /opt/authorizer/authorizer.js probe`;
  return `end=$(($(date +%s) + ${timeoutSeconds}))
while :; do
  if held=$(${heldCommand(stack)} 2>/dev/null) && [ -n "$held" ]; then
    echo "$held" >&2
    exit 1
  fi
  if said=$(${probe} --timeout ${PROBE_SECONDS} 2>&1); then
    exit 0
  fi
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "$said" >&2
    echo 'ComfyUI does not answer; the last lines of its log:' >&2
    docker logs --tail 30 ${objectName(stack, "comfyui")} >&2
    exit 1
  fi
done`;
}
