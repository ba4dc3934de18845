/** npm run bench: what the gateway costs, against a bare TLS proxy and its peers in the same run. Needs Docker. */
import { cpus, release, totalmem } from "node:os";
import { ensureDockerEngine } from "../../infra/embedded/docker-engine";
import { readOptions, runCommand } from "../../infra/embedded/cli";
import { abortOnSignals } from "../../infra/embedded/run";
import { startContest, type Contender } from "./contenders";
import type { Lab } from "./lab";
import { cells, markdownTable, plainTable, type Round, type Row } from "./table";

/** One connection: a proxy that hashes a password at each would be busy with 32 of them for half a minute. */
const WARM_UP = { seconds: 2, connections: 1 };

const signal = abortOnSignals();
void runCommand(async () => {
  await ensureDockerEngine({ onProgress: (line) => console.log(line), signal });
  const labs: Lab[] = [];
  try {
    const contenders = await startContest(labs);
    const rounds = await measure(contenders, 3, 2);
    console.log(plainTable(cells(rows(contenders, rounds))));
  } finally {
    for (const lab of labs) lab.stop();
  }
});

async function measure(contenders: readonly Contender[], count: number, seconds: number) {
  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]));
  for (const { lab, load } of contenders) await lab.load(load, WARM_UP, signal);
  for (let round = 1; round <= count; round++) {
    for (const [contender, measured] of rounds) {
      const m = await contender.lab.load(contender.load, { seconds }, signal);
      console.log(round, contender.title, m.requestsPerSecond.toFixed(0), m.cpuMicroseconds.toFixed(0), m.p99);
      measured.push(m);
    }
  }
  return rounds;
}

function rows(contenders: readonly Contender[], rounds: ReadonlyMap<Contender, Round[]>): Row[] {
  const of = (contender: Contender) => rounds.get(contender) ?? [];
  return contenders.map((contender) => {
    const other = contenders.find(({ title }) => title === contender.comparedWith);
    return {
      title: contender.title,
      rounds: of(contender),
      comparedWith: other && { title: other.title, rounds: of(other) },
    };
  });
}
