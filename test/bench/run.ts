/** npm run bench: what the gateway costs, against a bare TLS proxy and its peers in the same run. Needs Docker. */
import { cpus, release, totalmem } from "node:os";
import { readOptions, runCommand } from "../../infra/embedded/cli";
import { ensureDockerEngine } from "../../infra/embedded/docker-engine";
import { UserError } from "../../infra/embedded/errors";
import { Progress } from "../../infra/embedded/progress";
import { abortOnSignals } from "../../infra/embedded/run";
import { type Contender, chosen, startContest, startInventory } from "./contenders";
import type { Lab } from "./lab";
import { idleSocketsBytes } from "./sockets";
import { cells, markdownTable, plainTable, type Round, type Row } from "./table";
import { checkout, standIn } from "./upstreams";

const IDLE_SOCKETS = "1,000 idle WebSockets";
const SOCKETS_TARGET_MB = 100;

const signal = abortOnSignals();
const progress = new Progress();
void runCommand(async () => {
  const options = readOptions(
    "run bench",
    {
      rounds: { type: "string", help: "NUMBER  how often each row is measured, in turns (5)" },
      seconds: { type: "string", help: "NUMBER  length of each measurement (2)" },
      only: { type: "string", help: "TEXT  only rows whose title has it, and those they are compared with" },
    },
    process.argv.slice(2),
  );
  const rounds = wholeNumber("rounds", options.rounds ?? "5");
  const seconds = wholeNumber("seconds", options.seconds ?? "2");
  const only = String(options.only ?? "");
  await ensureDockerEngine({ onProgress: (line) => progress.line(line), signal });
  const labs: Lab[] = [];
  // Also after a second Ctrl-C, which ends the process at once.
  process.on("exit", () => {
    for (const lab of labs) lab.stop();
  });
  try {
    await bench(labs, { rounds, seconds, only });
  } finally {
    progress.close();
  }
});

interface BenchOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Text in the titles of the rows that are wanted; empty for all. */
  readonly only: string;
}

async function bench(labs: Lab[], { rounds, seconds, only }: BenchOptions): Promise<void> {
  const source = process.env.COMFYUI_SOURCE;
  const simulated = await step("image of the stand-in", () => standIn(signal));
  const upstreams = [
    simulated,
    ...(source ? [await step("image of ComfyUI", () => checkout(source, signal))] : []),
  ];
  const contenders = await step("containers", async () => {
    const inventories: Contender[] = [];
    const contest = await startContest(labs, signal);
    for (const upstream of upstreams) inventories.push(...(await startInventory(labs, upstream, signal)));
    return chosen([...contest, ...inventories], only);
  });
  const withSockets = IDLE_SOCKETS.includes(only);
  if (contenders.length === 0 && !withSockets) {
    throw new UserError(`--only is "${only}"; give a part of a row's title, or of "${IDLE_SOCKETS}".`, 2);
  }
  const measured = await measure(contenders, rounds, seconds);
  const megabytes = withSockets
    ? (await step(IDLE_SOCKETS, () => idleSocketsBytes(labs, simulated.image, signal))) / 1e6
    : undefined;

  const table = cells(rows(contenders, measured));
  const notes = [
    `${machine()}; wrk with 32 connections over TLS on loopback, one nginx worker each, medians of ${rounds} rounds of ${seconds} s.`,
    `CPU µs: of the contender's own processes, for one request.`,
    `"Asked every time": nginx remembers no verdict (proxy_cache off).`,
    ...(megabytes === undefined
      ? []
      : [
          `${IDLE_SOCKETS}: ${megabytes.toFixed(0)} MB more resident memory (target < ${SOCKETS_TARGET_MB}: ${megabytes < SOCKETS_TARGET_MB ? "met" : "missed"}).`,
        ]),
  ];
  progress.close();
  console.log(
    `\n${plainTable(table)}\n\n${notes.join("\n")}\n\n${markdownTable(table)}\n\n${notes.join(" ")}`,
  );
}

/** Every row in turn, round after round: what disturbs the machine for a while disturbs all of them. */
async function measure(contenders: readonly Contender[], count: number, seconds: number) {
  const measured = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  await step("warming up", async () => {
    for (const { lab, load } of contenders) await lab.warmUp(load, signal);
  });
  for (let round = 1; round <= count; round++) {
    await step(`round ${round} of ${count}`, async (detail) => {
      for (const [{ title, lab, load }, results] of measured) {
        detail(title);
        results.push(await lab.load(load, seconds, signal));
      }
    });
  }
  return measured;
}

function rows(contenders: readonly Contender[], measured: ReadonlyMap<Contender, Round[]>): Row[] {
  const row = (contender: Contender) => ({
    title: contender.title,
    rounds: measured.get(contender) ?? [],
  });
  return contenders.map((contender) => ({
    ...row(contender),
    target: contender.target,
    comparedWith: contenders.filter(({ title }) => contender.comparedWith?.includes(title)).map(row),
  }));
}

async function step<Result>(
  name: string,
  work: (detail: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const shown = progress.step(name);
  try {
    const result = await work(shown.detail);
    shown.end("done");
    return result;
  } catch (error) {
    shown.end("failed");
    throw error;
  }
}

function wholeNumber(name: string, text: string | boolean): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 100) {
    throw new UserError(`--${name} is "${text}"; give a whole number from 1 to 100.`, 2);
  }
  return number;
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores of ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
}
