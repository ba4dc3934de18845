/** The stack on a machine reached over SSH, as `infra/index.ts` has it; a command stands in for the EC2 instance. */
import { existsSync } from "node:fs";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { Meter } from "../../components/power/meter-container";
import type { Cloud } from "../../infra/aws";
import { comfyFortress } from "../../infra/comfy-fortress";
import { projectConfig, readSettings } from "../../infra/settings";

const config = new pulumi.Config("stand-in");
const instanceId = config.require("instanceId");
const folder = config.require("provider");
const gpu = false;
/** When the machine was started the time before, where it is to be found stopped. */
const lastRun = config.get("foundStopped");

const instance = new local.Command(
  "vm-instance",
  {
    // Whoever stands in for EC2 reads there which machine is wanted, and writes down which one runs.
    create: `printf %s ${instanceId} > ${folder}/wanted
until [ "$(cat ${folder}/running)" = ${instanceId} ]; do sleep 0.2; done
cat ${folder}/running`,
    triggers: [instanceId],
  },
  // As a machine must be whose data volume can be on one machine at a time.
  { deleteBeforeReplace: true },
);
const machine = {
  instance,
  instanceId: instance.stdout,
  address: pulumi.output(config.require("address")),
  user: "ubuntu",
  privateKey: config.requireSecret("privateKey"),
  hostPublicKey: pulumi.output(config.require("hostPublicKey")),
  gpu,
  wakeUp: pulumi.output(
    lastRun === undefined
      ? undefined
      : {
          lastRun,
          resource: new local.Command(
            "vm-wake-up",
            { create: `touch ${folder}/woken`, triggers: [lastRun] },
            { deletedWith: instance },
          ),
        },
  ),
};
const cloud: Cloud = {
  machine,
  host: { machine },
  lookAfter({ engine, networkMode, watcher }) {
    new Meter("meter", {
      ...{ engine, networkMode, gpu },
      idleMinutes: config.requireNumber("idleMinutes"),
      watcherMetrics: watcher.metricsVolume,
    });
  },
};
const settings = readSettings({
  stack: pulumi.getStack(),
  config: projectConfig(pulumi.runtime.allConfig()),
  env: process.env,
  fileExists: existsSync,
});
const outputs = comfyFortress(settings, cloud);

export const { endpoint, caCertificate, metrics, clients, images, vm } = outputs;
