import { readFileSync } from "node:fs";
import { DENIED_CLASSES } from "../gateway/authorizer/inspection/denied-classes";
import { stageBuildContext } from "../shared/build-context";
import { bundle } from "../shared/bundle";
import type { ComfyUiArgs } from "./args";
import { listCustomNodes, stageCustomNodes } from "./custom-nodes";
import { DENIED_REPOSITORIES } from "./denied-repositories";
import { IMAGE_FILES, type Source, stageCheckout } from "./source";

const IMAGE = "components/comfyui/image";
const STAND_IN = "components/comfyui/stand-in";

/**
 * Lays down the build context of ComfyUI's image and gives its path.
 *
 * @throws Error where the stand-in is given custom nodes, at a local one that is at another commit than asked for, and
 * at links that lead out of a tree.
 */
export function stageContext(
  stack: string,
  source: Source,
  { caBundles, customNodes, lock }: Pick<ComfyUiArgs, "caBundles" | "customNodes" | "lock">,
): string {
  if (source.kind === "stand-in") {
    if (customNodes.length > 0) {
      throw new Error(
        "comfyui.customNodes are given, and the stand-in, which comfyui.source auto falls back to, loads none. Set comfyui.source to official or to the path of a checkout, or remove them.",
      );
    }
    return stageBuildContext(stack, "comfyui", {
      Dockerfile: { copyOf: `${STAND_IN}/Dockerfile` },
      "stand-in.js": bundle(`${STAND_IN}/main.ts`),
    });
  }
  const nodes = listCustomNodes(customNodes);
  const files = {
    ...Object.fromEntries(IMAGE_FILES.map((file) => [file, { copyOf: `${IMAGE}/${file}` }])),
    "build-ca.crt": caBundles.map((path) => readFileSync(path, "utf8")).join("\n"),
    "denied.json": JSON.stringify({ classes: DENIED_CLASSES, repositories: DENIED_REPOSITORIES }),
    "custom-nodes.json": JSON.stringify(nodes),
    ...(lock !== undefined && { "requirements.lock": { copyOf: lock } }),
  };
  const context = stageBuildContext(stack, "comfyui", files, ["source", "nodes"]);
  stageCheckout(source.kind === "checkout" ? source.path : undefined, `${context}/source`);
  stageCustomNodes(nodes, `${context}/nodes`);
  return context;
}
