/** The stand-in as a program: see command-line.ts for its flags. SIGTERM and SIGINT end it in order. */
import { type CommandLine, parseCommandLine } from "./command-line";
import { createStandIn } from "./server";

/** what ComfyUI's argparse exits with for a bad command line */
const USAGE_ERROR = 2;

function fail(message: string, code: number): never {
  console.error(`stand-in: ${message}`);
  process.exit(code);
}

function readCommandLine(): CommandLine {
  try {
    return parseCommandLine(process.argv.slice(2));
  } catch (error) {
    return fail((error as Error).message, USAGE_ERROR);
  }
}

async function main(): Promise<void> {
  const { host, port, baseDirectory, isTrial } = readCommandLine();
  const standIn = createStandIn({ baseDirectory, log: console.log, argv: process.argv.slice(1) });
  if (isTrial) return;
  const address = await standIn.listen(port, host);
  console.log("This is the stand-in, not ComfyUI: it has no models and draws gradients.");
  console.log(`To see the GUI go to: http://${host}:${address.port}`);
  const stop = (): void => {
    standIn.close().then(
      () => process.exit(0),
      (error: Error) => fail(error.message, 1),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

main().catch((error: Error) => fail(error.message, 1));
