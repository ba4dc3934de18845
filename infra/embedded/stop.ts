import { readOptions, runCommand } from "./cli";
import { projectName } from "./config";
import { FOLDER, STACK } from "./names";
import { abortOnSignals, stop } from "./run";

const signal = abortOnSignals();
void runCommand(async () => {
  const flags = readOptions(
    "stop",
    { "keep-data": { type: "boolean", help: "leaves the volumes with models and images" } },
    process.argv.slice(2),
  );
  await stop({
    project: projectName(process.cwd()),
    stack: STACK,
    folder: FOLDER,
    signal,
    keepData: flags["keep-data"] === true,
  });
});
