import { existsSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { makeMachine } from "./aws";
import { comfyFortress } from "./comfy-fortress";
import { isAws, projectConfig, readSettings } from "./settings";

const settings = readSettings({
  stack: pulumi.getStack(),
  config: projectConfig(pulumi.runtime.allConfig()),
  env: process.env,
  fileExists: existsSync,
});
const cloud = isAws(settings) ? makeMachine(settings) : undefined;
const outputs = comfyFortress(settings, cloud);

export const { endpoint, caCertificate, metrics, clients, images, vm } = outputs;
