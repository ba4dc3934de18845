import { parseArgs } from "node:util";
import { apply } from "./apply";
import { probe } from "./probe";
import { serve } from "./serve";

const USAGE = "authorizer.js serve | apply (configuration on standard input) | probe [--timeout seconds]";

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { timeout: { type: "string", default: "180" } },
  });
  switch (positionals.join(" ")) {
    case "serve":
      return serve();
    case "apply":
      console.log(`authorizer: ${await apply()}`);
      return;
    case "probe": {
      const seconds = Number(values.timeout);
      if (!Number.isFinite(seconds) || seconds < 0) {
        throw new Error(`--timeout "${values.timeout}": give seconds, 0 or more`);
      }
      await probe(seconds);
      console.log("ComfyUI answers");
      return;
    }
    default:
      throw new Error(`"${positionals.join(" ")}" is not a command; usage: ${USAGE}`);
  }
}

main().catch((error: Error) => {
  console.error(`authorizer: ${error.message}`);
  process.exit(1);
});
