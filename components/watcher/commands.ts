import { objectName } from "../shared/engine";

const inWatcher = (stack: string, command: string) =>
  `docker exec ${objectName(stack, "watcher")} node /opt/watcher/watcher.js ${command}`;

/** Shell command that lets a ComfyUI go on that the watcher of a stack keeps down. */
export function clearCommand(stack: string): string {
  return inWatcher(stack, "clear");
}

/** Seconds in which the watcher answers. Asked while its container is replaced, Docker 20.10 never ends the command. */
const ANSWER_SECONDS = 5;

/** Shell command that prints why the watcher of a stack keeps ComfyUI down, and nothing where it does not. */
export function heldCommand(stack: string): string {
  return `timeout --kill-after=1 ${ANSWER_SECONDS} ${inWatcher(stack, "held")}`;
}
