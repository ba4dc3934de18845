import { runMeter } from "./meter";

const USAGE = "meter.js CONFIG (JSON)";

async function main([config = "", ...rest]: string[]): Promise<void> {
  if (config === "" || rest.length > 0) {
    throw new Error(`usage: ${USAGE}`);
  }
  await runMeter(JSON.parse(config));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`meter: ${error.message}`);
  process.exit(1);
});
