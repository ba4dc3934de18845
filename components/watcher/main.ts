import { clearHold, describeHold } from "./hold";
import { probeQueue } from "./readers/queue";
import { Watch } from "./watch";

const USAGE = "watcher.js watch CONFIG (JSON) | queue | held | clear";

async function main([command, config = "", ...rest]: string[]): Promise<void> {
  if (command === "watch" && config !== "" && rest.length === 0) {
    return new Watch(JSON.parse(config)).run();
  }
  if (command === "queue" && config === "") {
    return probeQueue();
  }
  if (command === "held" && config === "") {
    process.stdout.write(describeHold() ?? "");
    return;
  }
  if (command === "clear" && config === "") {
    clearHold();
    console.log("ComfyUI is let go on; the engine starts it within a minute.");
    return;
  }
  throw new Error(`"${command ?? ""}" is not a command; usage: ${USAGE}`);
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`watcher: ${error.message}`);
  process.exit(1);
});
