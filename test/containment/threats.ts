import type { Group } from "./attempts";

/** A test that shows it: by its file and its title, or a group of the drills. */
export type Proof = { readonly file: string; readonly test: string } | { readonly drills: Group };

/** A line of a table of the threat model. */
export interface Threat {
  readonly what: string;
  readonly tries: string;
  readonly stoppedBy: string;
  readonly shownBy: readonly Proof[];
}

const DRILLS = "test/containment/drills.test.ts";
const POSTURE = "test/containment/posture.test.ts";
const STACK = "test/stack/program.test.ts";
const ROUTES = "test/gateway/routes.test.ts";
const INSPECTION = "test/unit/inspection.test.ts";

/** GHOST's way, step by step. */
export const GHOST_CHAIN: readonly Threat[] = [
  {
    what: "Scan",
    tries: "finds ComfyUI by port 8188, open to the world",
    stoppedBy:
      "ComfyUI listens on the loopback of the pod's namespace; the gateway's port is the only one published",
    shownBy: [
      { file: STACK, test: "listens on 8188 on no address of the host" },
      { file: STACK, test: "publishes the gateway's port on loopback and nothing else" },
    ],
  },
  {
    what: "Reconnaissance",
    tries: "reads /system_stats, /queue, /object_info, /history to see what is there",
    stoppedBy: "the gateway answers 401 to everyone without a credential, on every route",
    shownBy: [{ drills: "Getting in" }, { file: ROUTES, test: "%s is refused" }],
  },
  {
    what: "Code by a workflow",
    tries: "posts a workflow with FL_CodeNode, SrlEval or EvaluateMultiple",
    stoppedBy:
      "no key, no /prompt; with a stolen one, the inspection refuses classes that run code; none is installed",
    shownBy: [{ drills: "Getting in" }, { file: INSPECTION, test: "denies %s to everybody" }],
  },
  {
    what: "Code by ComfyUI-Manager",
    tries: "has the Manager install a pip package",
    stoppedBy: "the Manager is not there, and its routes are nobody's",
    shownBy: [{ drills: "Getting in" }],
  },
  {
    what: "Download",
    tries: "fetches its payload with curl, wget, pip, git or Python",
    stoppedBy: "the pod's firewall lets ComfyUI's user open no connection; the tools are not in the image",
    shownBy: [
      {
        file: "test/containment/image.test.ts",
        test: "has no program but Python and the loader's, nothing set-id, and no installer",
      },
      { drills: "Downloading" },
      { drills: "Calling tools" },
    ],
  },
  {
    what: "Start",
    tries: "runs XMRig and lolMiner from /tmp or from memory",
    stoppedBy: "whatever ComfyUI may write to is noexec; memfd_create is not among its system calls",
    shownBy: [{ drills: "Running a payload" }],
  },
  {
    what: "Staying: seven mechanisms",
    tries:
      "/etc/ld.so.preload with libpam_cache.so, a system unit, a user unit, an init script, cron and .bashrc, the node PerformanceMonitor, a start-up workflow",
    stoppedBy:
      "the root file system and custom_nodes are read-only; data is not run; the container is made anew from its image",
    shownBy: [
      { drills: "Staying: GHOST's seven places" },
      { drills: "Staying: other places" },
      { file: DRILLS, test: "is gone when the container is made anew, and nothing that it left behind runs" },
    ],
  },
  {
    what: "Mining",
    tries: "signs in at a pool, by TCP or UDP, IPv4 or IPv6",
    stoppedBy: "the pod's firewall; what it refuses is counted where the host reads it",
    shownBy: [
      { drills: "Mining" },
      { file: DRILLS, test: "sends not one packet to the canary, which hears the witness on every port" },
      { file: DRILLS, test: "shows in the firewall's counter, which the host reads" },
    ],
  },
  {
    what: "Hiding",
    tries:
      "clears the history, makes files immutable, mounts over /proc, hides in a library of every program",
    stoppedBy: "ComfyUI cannot reach its own port; no capability; the gateway's log is in another container",
    shownBy: [
      { drills: "Forging requests" },
      { drills: "Leaving the container" },
      { file: DRILLS, test: "cannot hide what was rendered before it came" },
    ],
  },
  {
    what: "Spreading",
    tries: "goes on to the host, to other containers, to the cloud account",
    stoppedBy: "the firewall, the namespaces, no capability, a system-call filter, no socket of the engine",
    shownBy: [
      { drills: "Forging requests" },
      { drills: "Being called" },
      { drills: "Leaving the container" },
      { drills: "Reaching into the kernel" },
    ],
  },
];

/** What comes in by the front door, with a valid key. */
export const WHAT_AUTHENTICATION_CANNOT_FIX: readonly Threat[] = [
  {
    what: "A malicious custom node",
    tries: "runs in ComfyUI's own process and tries all of the above",
    stoppedBy: "the container: every attempt of the drills is made by such code",
    shownBy: [
      { file: DRILLS, test: "$id: is stopped by the $stopper" },
      { file: DRILLS, test: "is to the kernel what ComfyUI is, when `docker exec` starts it" },
      { file: POSTURE, test: "leaves no process of %s a privilege" },
    ],
  },
  {
    what: "A payload in a model",
    tries: "runs when the model is loaded, or replaces a good model",
    stoppedBy:
      "models come by the settings with their SHA-256, safetensors and gguf only, and are mounted read-only; uploads are images only; once it runs it is a malicious node",
    shownBy: [
      { file: "test/unit/model-fetch.test.ts", test: "judges the first bytes before it fetches the rest" },
      {
        file: "test/unit/watcher-files.test.ts",
        test: "hold no pickle among the models, by content or by name, and links are not followed",
      },
      { drills: "Staying: other places" },
      {
        file: POSTURE,
        test: "executes nothing from ComfyUI's folders, and keeps its models and code from it",
      },
    ],
  },
  {
    what: "Request forgery by a node",
    tries: "has a node ask the cloud's metadata service, the authorizer, the host or a neighbour",
    stoppedBy: "the pod's firewall, by user: nothing but answers to the gateway and the authorizer",
    shownBy: [{ drills: "Forging requests" }, { drills: "Passing the firewall" }],
  },
  {
    what: "What the kernel must allow",
    tries:
      "runs a script, computes on the GPU while nobody asked, changes code or models where that is possible",
    stoppedBy:
      "not stopped but told: the watcher looks from outside the container, and stops ComfyUI where the settings say so",
    shownBy: [
      { drills: "Being noticed" },
      { file: DRILLS, test: "has the watcher tell of refused connections, which it did not do before" },
      { file: "test/unit/watcher-figures.test.ts", test: "a GPU that works while the queue is empty" },
      { file: "test/unit/watcher-files.test.ts", test: "are what the image's manifest says" },
      {
        file: "test/unit/watcher-files.test.ts",
        test: "have no preload: an empty file is none, a filled one and a link are",
      },
    ],
  },
  {
    what: "Exhaustion from inside",
    tries: "takes all processes, memory, processors or space in memory, so that nobody is served",
    stoppedBy: "limits of the container; the gateway has its own",
    shownBy: [{ drills: "Exhausting the machine" }],
  },
  {
    what: "Stealing secrets",
    tries: "looks for keys in files, environments, other processes",
    stoppedBy: "there are none in its container; the authority's key is in no container at all",
    shownBy: [
      { drills: "Stealing secrets" },
      {
        file: DRILLS,
        test: "would find the authority's key in no container and no volume, and the server's where nginx reads it",
      },
    ],
  },
];

/** What is not stopped, said plainly. */
export const RESIDUAL_RISKS: readonly string[] = [
  "**Answers are a way out.** Code in ComfyUI can put what it knows (prompts, images, models) into the images and JSON that it answers with, to whoever holds a key. Only people whom you trust with that should hold one.",
  "**One ComfyUI for all clients.** Code in it sees every client's workflows and images while it runs, and can spoil them. Give tenants who must not trust each other a stack each.",
  "**Computing in its own process.** Code in ComfyUI can burn GPU and CPU time within the container's limits. It earns nothing without a connection, but costs. The watcher tells of a GPU that is busy for five minutes with an empty queue; a job that is in the queue hides it.",
  "**Children that stay ComfyUI.** A process that ComfyUI forks and that runs no other program looks like ComfyUI to the watcher, as the helpers of torch do.",
  "**Its own history.** Code in ComfyUI's process can empty the queue and the history in that process's memory. The gateway's log, in another container, still has every request.",
  "**Its own log.** It can write what it likes to ComfyUI's standard output. Believe the gateway's log.",
  "**Data stays.** Files in input, output and user outlive the container. Nothing runs them, but a workflow left there is offered to whoever opens the web UI, and a picture may be crafted for a program that you open it with.",
  "**The disk.** input, output and user have no quota: a full disk stops the stack. Put Docker's data on a volume of its own.",
  "**Scripts.** noexec does not stop Python from reading a script. It gains nothing over the code that runs already.",
  "**Limits per user id.** The limit on processes counts all processes of user 10002 on the machine: two stacks on one machine share it.",
  "**The kernel.** A container shares the host's kernel. A flaw in a system call that the filter has to allow, or in the NVIDIA driver, is a way out. Keep both up to date.",
  "**The build.** What is in the image is trusted: Debian, Node, Python's packages, ComfyUI at the pinned commit, and every custom node that you add.",
  "**The operator.** Who may talk to the Docker Engine, or read the stack's state (`.comfy/` or the Pulumi backend), owns everything.",
];

/** What is worth protecting, where it is, and what it is worth to somebody else. */
export const ASSETS: readonly (readonly [string, string, string])[] = [
  ["GPU and CPU time", "the machine", "mining"],
  ["The address and its good name", "the machine's network", "scanning, spam, a node of a botnet"],
  ["Images, workflows, models", "volumes of the stack", "theft, extortion, spoiling"],
  [
    "Clients' credentials",
    "digests in the authorizer's volume; the keys themselves with the clients and in the state",
    "use of the above",
  ],
  ["The server's TLS key", "the gateway's volume", "reading traffic"],
  ["The authority's key", "the state only", "client certificates of one's own"],
  ["Cloud credentials", "the metadata service", "the whole account"],
];

/** Who stands on each side, what may cross, and what sees to it. */
export const BOUNDARIES: readonly (readonly [string, string, string])[] = [
  [
    "Internet to gateway",
    "TLS to one port; requests with a valid credential, on known routes",
    "nginx, authorizer",
  ],
  ["Gateway and authorizer to ComfyUI", "requests that were let through", "the pod's firewall, by user id"],
  ["ComfyUI to anywhere", "answers to those requests", "the pod's firewall, by user id and port"],
  [
    "ComfyUI to the kernel",
    "the system calls that Python, torch and Node need",
    "seccomp, no capability, no new privileges",
  ],
  [
    "ComfyUI to the disk",
    "input, output, user (noexec); /tmp and temp (memory); all else read-only",
    "mounts",
  ],
  ["Operator to stack", "the Docker Engine and the state", "the operator's own machine"],
];

export const ASSUMPTIONS: readonly string[] = [
  "Code of an attacker's choice runs inside ComfyUI, as ComfyUI's user, in ComfyUI's process.",
  "A client's key may be stolen; each client has its own and can be locked out.",
  "Docker Engine and kernel are kept up to date; nobody else has an account on the machine that may use Docker.",
  "The operator's machine and the stack's state are private.",
];
