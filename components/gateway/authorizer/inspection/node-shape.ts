import { type Refusal, refusal } from "../refusal";
import { isObject, type Submission } from "./submission";

const MAX_NODES = 10_000;

/** Every node is an object whose class_type is a string: what later checks compare, ComfyUI must look up the same. */
export function nodeShape({ prompt }: Submission): Refusal | undefined {
  const nodes = Object.values(prompt);
  if (nodes.length > MAX_NODES) {
    return refusal(
      400,
      "too_many_nodes",
      `The workflow has ${nodes.length} nodes; ${MAX_NODES} are allowed.`,
    );
  }
  return nodes.every((node) => isObject(node) && typeof node.class_type === "string")
    ? undefined
    : refusal(400, "invalid_node", "Every node must be an object with a class_type that is a string.");
}
