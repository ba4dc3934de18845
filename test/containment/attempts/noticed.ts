import { type Attempt, alike } from "../attempt";

const SECONDS = 12;

/** What the kernel cannot refuse, because ComfyUI itself is an interpreter: it is told instead. */
export const NOTICED: readonly Attempt[] = alike(
  { stopper: "watcher", control: { none: "an alarm refuses nothing; before the drills there was none" } },
  [
    {
      id: "script",
      tries: "starts a script by the interpreter that is there, which noexec does not hinder",
      act: { do: "interpret", name: "python3", words: [], seconds: SECONDS },
    },
    {
      id: "miner-words",
      tries: "starts what a miner would be started with",
      act: {
        do: "interpret",
        name: "python3",
        words: ["-o", "stratum+tcp://203.0.113.66:14444", "--donate-level", "1"],
        seconds: SECONDS,
      },
    },
    {
      id: "kernel-thread-disguise",
      tries: "starts it under the name of a kernel thread",
      act: { do: "interpret", name: "[kworker/0:1]", words: [], seconds: SECONDS },
    },
    {
      id: "comfyui-disguise",
      tries: "starts it under ComfyUI's own name",
      act: { do: "interpret", name: "/usr/local/bin/comfyui", words: [], seconds: SECONDS },
    },
  ],
);
