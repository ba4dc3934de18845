import { request } from "node:https";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { STACK_LABEL } from "../../components/shared/engine";
import { heldCommand } from "../../components/watcher/commands";
import { Interrupted, UserError } from "./errors";
import { logs } from "./handlers/docker-container";
import { runProcess } from "./run-process";

/** How long ComfyUI may take to answer through the gateway after its containers run, in seconds. */
const READY_TIMEOUT_S = 300;

/** The containers whose logs tell why ComfyUI does not answer. */
const TELLING = /comfyui|gateway|authorizer/;

export interface Probe {
  /** Base URL, e.g. https://localhost:8443. */
  endpoint: string;
  caCertificate: string;
  apiKey: string;
}

/**
 * Waits until ComfyUI answers through the gateway.
 * @throws UserError with the containers' last log lines when it does not in time; at once where the watcher keeps it down
 */
export async function waitUntilReady(
  probe: Probe,
  docker: Docker,
  stack: string,
  signal: AbortSignal,
  timeoutS = READY_TIMEOUT_S,
): Promise<void> {
  const deadline = Date.now() + timeoutS * 1000;
  let problem = "";
  while (Date.now() < deadline) {
    if (signal.aborted) throw new Interrupted();
    const held = await runProcess("/bin/sh", ["-c", heldCommand(stack)], { signal });
    if (held.code === 0 && held.stdout !== "") throw new UserError(held.stdout);
    problem = await ask(probe);
    if (problem === "") return;
    await sleep(500);
  }
  const containers = (await stackContainers(docker, stack)).filter(({ Names: [name = ""] }) =>
    TELLING.test(name),
  );
  const tails = await Promise.all(
    containers.map(
      async (one) =>
        `--- ${one.Names[0]?.slice(1)} (${one.Status}):\n${await logs(docker.getContainer(one.Id))}`,
    ),
  );
  throw new UserError(
    `ComfyUI did not answer at ${probe.endpoint} within ${timeoutS} s: ${problem}. Everything is still running, for a look; ` +
      `\`npm start\` tries again, \`npm stop\` removes it.\n${tails.join("\n")}`,
  );
}

/**
 * One authenticated request on this machine, whatever the endpoint's name resolves to; "" when it was answered with 200,
 * or refused for this machine's address: an allowlist need not have it, and the program itself has asked ComfyUI.
 */
function ask({ endpoint, caCertificate, apiKey }: Probe): Promise<string> {
  const url = new URL("/system_stats", endpoint);
  return new Promise((resolve) => {
    const call = request(
      {
        host: "127.0.0.1",
        port: url.port || 443,
        path: url.pathname,
        servername: url.hostname,
        ca: caCertificate,
        headers: { host: url.host, "X-API-Key": apiKey },
        agent: false,
        timeout: 10_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("close", () => {
          const { statusCode } = response;
          const isOutsider = statusCode === 403 && codeOf(Buffer.concat(chunks)) === "address_not_allowed";
          resolve(statusCode === 200 || isOutsider ? "" : `the gateway answers ${statusCode}`);
        });
      },
    );
    call.on("timeout", () => call.destroy(new Error("no answer within 10 s")));
    call.on("error", (error) => resolve(error.message));
    call.end();
  });
}

/** The code of the gateway's own refusals. */
function codeOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()).error.code;
  } catch {
    return undefined;
  }
}

/** All containers of the stack, running or not. */
export function stackContainers(docker: Docker, stack: string): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [`${STACK_LABEL}=${stack}`] } });
}

/**
 * Checks before anything is made that the port is free, or already ours.
 * @throws UserError naming the holder where Docker knows it
 */
export async function checkPort(port: number, docker: Docker, stack: string): Promise<void> {
  const running = await docker.listContainers();
  const holder = running.find((one) => one.Ports.some((published) => published.PublicPort === port));
  if (holder?.Labels[STACK_LABEL] === stack) return;
  if (holder === undefined && (await isFree(port))) return;
  const who = holder ? `the container ${holder.Names[0]?.slice(1)}` : "another program";
  throw new UserError(
    `Port ${port} is taken by ${who}; nothing was created. Free it (\`ss -ltnp 'sport = :${port}'\` shows who has it), or take ` +
      "another: npm start -- --port <number>",
  );
}

/** Whether a server could listen there, on loopback and on all addresses. */
async function isFree(port: number): Promise<boolean> {
  for (const host of ["127.0.0.1", "0.0.0.0"]) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      // Only "in use" is our question: a port below 1024 is Docker's to open.
      server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
    });
    if (!free) return false;
  }
  return true;
}
