import { writeFileSync } from "node:fs";
import { makeAccess } from "./access";
import { checkConfiguration } from "./configuration";
import { Generations } from "./generations";
import { MetricsServer } from "./metrics/server";
import { HOME, PID_FILE } from "./places";
import { Authorizer } from "./server";

/** How long requests in flight may take to finish after SIGTERM, in milliseconds. */
const GRACE_MS = 5000;

/** Runs the authorizer until SIGTERM; SIGHUP takes the configuration in force over. */
export async function serve(): Promise<void> {
  const authorizer = new Authorizer();
  const generations = new Generations(HOME);
  const metrics = new MetricsServer({ openSockets: () => authorizer.openSockets });

  const load = async () => {
    try {
      const text = generations.current();
      if (text === undefined) {
        console.error("authorizer: waiting for the first configuration (docker exec -i <container> … apply)");
        return;
      }
      await checkConfiguration(text);
      const access = makeAccess(text, authorizer.access);
      await authorizer.use(access);
      console.error(`authorizer: configuration ${access.generation} in force`);
    } catch (error) {
      console.error(
        `authorizer: the configuration cannot be used, the old one stays: ${(error as Error).message}`,
      );
    }
  };
  const stop = () => {
    setTimeout(() => process.exit(0), GRACE_MS).unref();
    metrics.close();
    void authorizer.close().then(() => process.exit(0));
  };
  process.on("SIGHUP", () => void load());
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);

  await load();
  await authorizer.listen();
  await metrics.listen();
  writeFileSync(PID_FILE, String(process.pid));
}
