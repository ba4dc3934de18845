import { existsSync } from "node:fs";
import { readConfig } from "../../infra/embedded/config";
import { type AwsSettings, isAws, projectConfig, readSettings } from "../../infra/settings";

/** The settings of the example for AWS, with some changed. */
export function exampleAwsSettings(
  change: { domain?: string; vm?: object; acme?: object } = {},
  stack = "aws",
): AwsSettings {
  const config = projectConfig(readConfig(process.cwd(), "aws").config);
  const merged = (key: "vm" | "acme") =>
    JSON.stringify({ ...JSON.parse(config[key] ?? "{}"), ...change[key] });
  const settings = readSettings({
    stack,
    config: {
      ...config,
      ...(change.domain && { domain: change.domain }),
      vm: merged("vm"),
      acme: merged("acme"),
    },
    env: {},
    fileExists: existsSync,
  });
  if (!isAws(settings)) throw new Error("the example for AWS has another target");
  return settings;
}
