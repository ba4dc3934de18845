import { type Attempt, alike } from "../attempt";

const workflow = (classType: string) => ({
  client_id: "drill",
  prompt: { "1": { class_type: classType, inputs: { code: "drill" } } },
});

/** What GHOST does before it is inside: find ComfyUI, look at it, have it run code. */
export const FROM_OUTSIDE: readonly Attempt[] = [
  ...alike(
    { stopper: "gateway", control: { none: "the same client renders an image by the same gateway" } },
    [
      ...["/", "/system_stats", "/queue", "/object_info", "/history", "/models"].map((path) => ({
        id: `recon-${path.slice(1).replace("_", "-") || "page"}`,
        tries: `looks at ${path} without a key`,
        act: { do: "request", as: "nobody", method: "GET", path } as const,
      })),
      {
        id: "workflow-without-key",
        tries: "posts a workflow without a key",
        act: { do: "request", as: "nobody", method: "POST", path: "/prompt", body: workflow("EmptyImage") },
      },
      ...["FL_CodeNode", "SrlEval", "EvaluateMultiple1"].map((name) => ({
        id: `workflow-${name.toLowerCase().replace("_", "-")}`,
        tries: `posts a workflow with ${name}, with a stolen key`,
        act: { do: "request", as: "worker", method: "POST", path: "/prompt", body: workflow(name) } as const,
      })),
      ...[
        "/customnode/install/pip",
        "/manager/queue/install",
        "/manager/queue/install_model",
        "/snapshot/restore",
      ].map((path) => ({
        id: `manager-${path.split("/").slice(-2).join("-").replace("_", "-")}`,
        tries: `has ComfyUI-Manager install something: ${path}`,
        act: { do: "request", as: "worker", method: "POST", path, body: {} } as const,
      })),
      {
        id: "history-cleared-from-outside",
        tries: "clears the history, with a stolen key",
        act: { do: "request", as: "worker", method: "POST", path: "/history", body: { clear: true } },
      },
      {
        id: "server-folders",
        tries: "reads where the server's folders are",
        act: { do: "request", as: "worker", method: "GET", path: "/internal/folder_paths" },
      },
      {
        id: "node-written-from-outside",
        tries: "writes a custom node by /userdata",
        act: {
          do: "request",
          as: "worker",
          method: "POST",
          path: "/userdata/..%2F..%2Fcustom_nodes%2Fdrill.py",
          body: {},
        },
      },
    ],
  ),
];
