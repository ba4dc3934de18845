import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { shippedProgram } from "../plan/shipped-program";
import { projectConfig, readSettings } from "../settings";
import { readOptions, runCommand } from "./cli";
import { readConfig } from "./config";
import { UserError } from "./errors";
import { judgeProgram } from "./judgement";
import { FOLDER, STACK } from "./names";
import { abortOnSignals, start } from "./run";

const signal = abortOnSignals();
void runCommand(async () => {
  const flags = readOptions(
    "start",
    {
      port: { type: "string", help: "NUMBER  TCP port of the endpoint on this machine (8443)" },
      domain: { type: "string", help: "NAME  host name of the endpoint (localhost)" },
      methods: { type: "string", help: "LIST  ways to authenticate: apiKey,basic,jwt,mtls (apiKey)" },
      comfyui: { type: "string", help: "SOURCE  official, stand-in, or the path of a checkout" },
    },
    process.argv.slice(2),
  );
  // npm runs scripts in the project's folder and says in INIT_CWD where the user stands.
  const { project, config } = readConfig(process.cwd(), STACK, flags, process.env.INIT_CWD);
  await start({
    project,
    stack: STACK,
    folder: FOLDER,
    config,
    signal,
    validate: () => {
      const settings = readSettings({
        stack: STACK,
        config: projectConfig(pulumi.runtime.allConfig()),
        env: process.env,
        fileExists: existsSync,
      });
      if (settings.target !== "local") {
        throw new UserError(
          `npm start is for this machine only, and target is "${settings.target}". ` +
            "Use pulumi up for that stack (README), or set comfy-fortress:target to local.",
          2,
        );
      }
      return settings;
    },
    judge: () => judgeProgram({ project, stack: STACK, config, program: shippedProgram }),
    program: shippedProgram,
  });
});
