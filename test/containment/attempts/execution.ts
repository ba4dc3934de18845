import { type Attempt, alike } from "../attempt";

const WRITABLE = ["/tmp", "/dev/shm", "/data/temp", "/data/output", "/data/input", "/data/user"];
const nameOf = (folder: string) => folder.slice(1).replace("/", "-");

/** A payload of its own, brought in and started. */
export const EXECUTION: readonly Attempt[] = [
  ...alike({ stopper: "noexec", control: "user" }, [
    ...WRITABLE.map((folder) => ({
      id: `execute-${nameOf(folder)}`,
      tries: `starts a program that it wrote to ${folder}`,
      act: { do: "execute", folder } as const,
    })),
    {
      id: "execute-by-loader",
      tries: "has the dynamic loader start it, which needs no x bit",
      act: { do: "execute_by_loader", folder: "/tmp" },
    },
    {
      id: "load-library-tmp",
      tries: "loads a library from /tmp into its own process",
      act: { do: "load_library", folder: "/tmp" },
    },
    {
      id: "load-library-output",
      tries: "loads a library from the output folder into its own process",
      act: { do: "load_library", folder: "/data/output" },
    },
    {
      id: "ld-preload",
      tries: "loads a library into the programs it starts (LD_PRELOAD)",
      act: { do: "preload", folder: "/data/output" },
    },
  ]),
  ...alike({ stopper: "seccomp", control: "user" }, [
    {
      id: "memfd-execute",
      tries: "starts a program that only ever was in memory (memfd_create, fexecve)",
      act: { do: "execute_from_memory" },
    },
    {
      id: "memfd-library",
      tries: "loads a library that only ever was in memory",
      act: { do: "load_library_from_memory" },
    },
  ]),
  {
    id: "setuid-program",
    tries: "becomes root by a setuid program that lies in the image",
    act: { do: "setuid_program", path: "/opt/drill/setuid-id" },
    stopper: "no new privileges",
    control: "user",
    // The real one's image has none.
    only: "stand-in",
  },
];

/** The tools that malware calls for. */
export const TOOLS: readonly Attempt[] = [
  ...["curl", "wget", "git", "pip", "pip3", "gcc", "cc", "make", "busybox", "nc", "ssh", "socat"].map(
    (name): Attempt => ({
      id: `tool-${name}`,
      tries: `calls ${name}`,
      act: { do: "find_program", name },
      stopper: "no such thing",
      control: { none: "the same look-up finds python3, which is there" },
    }),
  ),
  {
    id: "module-pip",
    tries: "calls pip as a module of Python",
    act: { do: "find_module", name: "pip" },
    stopper: "no such thing",
    control: { none: "the same look-up finds json, which is there" },
  },
];
