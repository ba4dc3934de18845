/**
 * Runs the embedded engine on a test program in a process of its own, as `npm start` and `npm stop` do.
 * Usage: embedded-run.ts start|stop|stop-keep-data <folder> <stack> [program]
 */
import { resolve } from "node:path";
import { runCommand } from "../../infra/embedded/cli";
import { abortOnSignals, start, stop } from "../../infra/embedded/run";

const [what, folder = "", stack = "", program = "embedded-program"] = process.argv.slice(2);
const common = { project: "comfy-test", stack, folder, signal: abortOnSignals() };
void runCommand(async () => {
  if (what === "start") {
    await start({ ...common, config: {}, program: () => require(resolve(__dirname, program)) });
  } else await stop({ ...common, keepData: what === "stop-keep-data" });
});
