import { randomUUID } from "node:crypto";
import { UserError } from "../errors";
import { type Handler, text } from "./handler";

/** pulumi:providers:docker: there is one engine, the one that DOCKER_HOST names, so the provider may name no other. */
export const provider: Handler = {
  noun: "provider",
  keys: { host: true, disableDockerDaemonCheck: true },
  async prepare(inputs) {
    const host = text(inputs, "host");
    if (host !== undefined && host !== process.env.DOCKER_HOST) {
      throw new UserError(
        `The Docker provider's host is ${JSON.stringify(host)}; the embedded engine works with this machine's engine only ` +
          `(${process.env.DOCKER_HOST ?? "DOCKER_HOST is not set"}). Other hosts need the Pulumi CLI.`,
      );
    }
    return inputs;
  },
  async create() {
    return { id: randomUUID(), outputs: {} };
  },
  async update(entry) {
    return { id: entry.id, outputs: entry.outputs };
  },
};
