import { existsSync } from "node:fs";
import { runCommand } from "../embedded/cli";
import { readConfig } from "../embedded/config";
import { UserError } from "../embedded/errors";
import { isAws, projectConfig, readSettings } from "../settings";
import { preflight } from "./checks";
import { sdkAccount } from "./sdk-account";
import { preflightTable } from "./table";

const USAGE = `npm run preflight -- STACK

STACK   name of the stack, e.g. aws; its settings are read from Pulumi.STACK.yaml

Checks settings, credentials, quotas, zones, AMI and instance type before \`pulumi up\` makes anything. Changes nothing.`;

void runCommand(async () => {
  const [stack, ...others] = process.argv.slice(2);
  if (stack === undefined || stack.startsWith("-") || others.length > 0) throw new UserError(USAGE, 2);
  const { config } = readConfig(process.cwd(), stack);
  const settings = readSettings({
    stack,
    config: projectConfig(config),
    env: process.env,
    fileExists: existsSync,
  });
  if (!isAws(settings)) {
    throw new UserError(
      `The target of stack ${stack} is ${settings.target}: there is nothing in AWS to look at.`,
      2,
    );
  }
  const region = config["aws:region"] ?? process.env.AWS_REGION;
  if (region === undefined) {
    throw new UserError(`No region is set. Fix: pulumi config set aws:region us-east-1 -s ${stack}`, 2);
  }
  const findings = await preflight(sdkAccount({ region, profile: config["aws:profile"] }), {
    settings,
    region,
  });
  console.log(preflightTable(findings));
  if (findings.some(({ ok }) => !ok)) process.exit(1);
});
