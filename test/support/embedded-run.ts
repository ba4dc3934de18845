/**
 * Runs the embedded engine on a test program in a process of its own, as `npm start` and `npm stop` do. With TEST_POLICIES
 * the program is judged first, by the policy configuration in that file.
 * Usage: embedded-run.ts start|stop|stop-keep-data <folder> <stack> [program]
 */
import { resolve } from "node:path";
import { runCommand } from "../../infra/embedded/cli";
import { judgeProgram } from "../../infra/embedded/judgement";
import { abortOnSignals, start, stop } from "../../infra/embedded/run";

const [what, folder = "", stack = "", program = "embedded-program"] = process.argv.slice(2);
const common = { project: "comfy-test", stack, folder, signal: abortOnSignals() };
void runCommand(async () => {
  if (what === "start") {
    const file = require.resolve(resolve(__dirname, program));
    const own = {
      config: {},
      program: () => {
        delete require.cache[file];
        return require(file);
      },
    };
    const policies = process.env.TEST_POLICIES;
    const judge = policies === undefined ? undefined : () => judgeProgram({ ...common, ...own }, policies);
    await start({ ...common, ...own, judge });
  } else await stop({ ...common, keepData: what === "stop-keep-data" });
});
