import type { Finding } from "./finding";

/** A process in ComfyUI's container. */
export interface ProcessView {
  readonly pid: number;
  /** Its number within the container. */
  readonly innerPid: number;
  readonly parent: number;
  readonly uid: number;
  /** When it started, in clock ticks since the machine did. */
  readonly started: number;
  /** The program's path in the container, as /proc names it; undefined where it cannot be read. */
  readonly program: string | undefined;
  readonly argv: readonly string[];
}

/** How often in a row a process must be seen: what is about to end or to become another is not judged. */
export const SIGHTINGS = 3;

/** ComfyUI and the stand-in, as the script that the interpreter runs, and what becomes them. */
const MAIN_SCRIPTS = ["/opt/comfyui/main.py", "/opt/stand-in/stand-in.js"];
const LAUNCHERS = ["/usr/local/bin/comfyui", "/opt/launcher/launch.py"];
const INTERPRETER = /^\/(usr|opt\/venv)\/bin\/(python3(\.\d+)?|node(js)?)$/;
const INIT = /^\/(usr\/)?sbin\/docker-init$/;
const SHELL = /^\/(usr\/)?bin\/(da|ba)?sh$/;
/** What the engine's runtime is called between joining the container and becoming what it was told to start there. */
const RUNTIME = /^([^ ]*\/)?runc$/;
/** What the commands of the engine start in their turn, where they are a shell's. */
const SHELL_TOOL = /^\/(usr\/)?bin\/(cat|grep|readlink|sleep)$/;
/** Python's multiprocessing starts helpers by these words; torch's data loaders use it. */
const MULTIPROCESSING = /^from multiprocessing\.(spawn|forkserver|resource_tracker) import /;
/** triton and ctypes look for libraries with it. */
const LIBRARY_FINDER = /^\/(usr\/)?sbin\/ldconfig(\.real)?$/;

/** What miners have on their command lines: GHOST's programs and pools, and the protocol that all pools speak. */
const MINER =
  /stratum[12]?\+|stratum:\/\/|xmrig|lolminer|kryptex|c3pool|nanopool|nbminer|t-rex|phoenixminer|ethminer|--donate-level|--coin[= ]|\b(kawpow|ethash|etchash|randomx|autolykos2?)\b|:144[34]4\b/i;
const SHOWN_ARGUMENTS = 300;

/**
 * Finds the processes that are neither ComfyUI nor what the engine runs beside it.
 *
 * A process is known by its program in the read-only image and by what it was told to run. One that was only just
 * started, or is about to become another, is not judged yet.
 */
export class ProcessDetector {
  #sightings = new Map<string, number>();

  constructor(private readonly engineCommands: readonly (readonly string[])[]) {}

  observe(processes: readonly ProcessView[]): Finding[] {
    const suspects = processes.flatMap((view) => {
      const reason = this.#reasonAgainst(view, processes);
      return reason === undefined ? [] : [{ view, reason, subject: subjectOf(view) }];
    });
    this.#sightings = new Map(
      suspects.map(({ subject }) => [subject, (this.#sightings.get(subject) ?? 0) + 1]),
    );
    return suspects
      .filter(({ subject }) => (this.#sightings.get(subject) ?? 0) >= SIGHTINGS)
      .map(({ view, reason, subject }) => ({
        kind: "process",
        subject,
        reason,
        facts: {
          pid: view.innerPid,
          hostPid: view.pid,
          uid: view.uid,
          program: view.program ?? "(cannot be read)",
          commandLine: commandLine(view).slice(0, SHOWN_ARGUMENTS),
        },
      }));
  }

  #reasonAgainst(view: ProcessView, all: readonly ProcessView[]): string | undefined {
    const { program } = view;
    if (MINER.test(commandLine(view)) || MINER.test(program ?? "")) {
      return "a process has a miner's words on its command line";
    }
    if (isBeginning(view, all)) {
      return undefined;
    }
    if (program === undefined) {
      return "a process hides its program or runs as another user";
    }
    if (program.startsWith("/memfd:")) {
      return "a process runs a program that exists in memory only";
    }
    if (program.endsWith(" (deleted)")) {
      return "a process runs a program that was deleted";
    }
    return this.#isExpected(view, program, all) ? undefined : "a process is not ComfyUI's";
  }

  #isExpected(view: ProcessView, program: string, all: readonly ProcessView[]): boolean {
    const { argv } = view;
    if (view.innerPid === 1 && INIT.test(program)) {
      return true;
    }
    if (SHELL_TOOL.test(program)) {
      const parent = all.find(({ pid }) => pid === view.parent);
      return parent !== undefined && SHELL.test(parent.program ?? "") && this.#isEngineCommand(parent.argv);
    }
    if (SHELL.test(program)) {
      return this.#isEngineCommand(argv) || (argv.length === 2 && LAUNCHERS.includes(argv[1] ?? ""));
    }
    if (LIBRARY_FINDER.test(program)) {
      return true;
    }
    if (!INTERPRETER.test(program)) {
      return false;
    }
    const script = argv.slice(1).find((argument) => argument !== "-s");
    if (LAUNCHERS.includes(script ?? "") || this.#isEngineCommand(argv)) {
      return true;
    }
    const main = oldestMain(all);
    if (MAIN_SCRIPTS.includes(script ?? "")) {
      return main === view || (main !== undefined && isBelow(view, main, all));
    }
    return isMultiprocessing(argv) && main !== undefined && isBelow(view, main, all);
  }

  #isEngineCommand(argv: readonly string[]): boolean {
    return this.engineCommands.some(
      (command) => command.length === argv.length && command.every((word, at) => word === argv[at]),
    );
  }
}

/**
 * The first process of a container that stands: before it, what runs there is the engine's runtime, which has not
 * changed to the container's files yet, and which the engine does not start again if it is killed.
 */
export function initOf(processes: readonly ProcessView[]): ProcessView | undefined {
  return processes.find(({ innerPid, program }) => innerPid === 1 && INIT.test(program ?? ""));
}

/**
 * The engine's runtime on its way to what it was told to start. On a busy machine that takes many seconds. Nothing that
 * started in the container can pass for it: its parent would be there, too, be it only the init that took it on.
 */
function isBeginning({ parent, argv }: ProcessView, all: readonly ProcessView[]): boolean {
  const [runtime = "", command] = argv;
  return (
    argv.length === 2 && command === "init" && RUNTIME.test(runtime) && !all.some(({ pid }) => pid === parent)
  );
}

/** ComfyUI itself is the first that the container's init started. A later one with its words is another's disguise. */
function oldestMain(all: readonly ProcessView[]): ProcessView | undefined {
  const init = all.find(({ innerPid }) => innerPid === 1);
  return all
    .filter(({ parent, argv, innerPid }) => {
      const isMain = argv.some((argument) => MAIN_SCRIPTS.includes(argument));
      return isMain && (innerPid === 1 || parent === init?.pid);
    })
    .sort((a, b) => a.started - b.started || a.pid - b.pid)[0];
}

function isBelow(view: ProcessView, ancestor: ProcessView, all: readonly ProcessView[]): boolean {
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const seen = new Set<number>();
  for (let at = parents.get(view.pid); at !== undefined && !seen.has(at); at = parents.get(at)) {
    if (at === ancestor.pid) {
      return true;
    }
    seen.add(at);
  }
  return false;
}

function isMultiprocessing(argv: readonly string[]): boolean {
  const code = argv.indexOf("-c");
  return code > 0 && MULTIPROCESSING.test(argv[code + 1] ?? "");
}

/** Whatever it calls itself and becomes, as long as it is the same process. */
function subjectOf({ pid, started }: ProcessView): string {
  return `process ${pid} started at ${started}`;
}

function commandLine({ argv }: ProcessView): string {
  return argv.join(" ");
}
