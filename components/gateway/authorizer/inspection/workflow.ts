import type { Role } from "../../routes";
import type { Principal } from "../principal";
import { type Refusal, refusal } from "../refusal";
import { DeniedNames } from "./class-names";
import { inputKind, mayBePath, mustBeLiteral, pathFault, specialInputs } from "./file-inputs";
import { quoteInput, quoteNode } from "./quote";
import { isObject, type Submission } from "./submission";

/** Which node classes may run. */
export interface NodePolicy {
  /** Denied besides the list that comes with the gateway; `*` at the end stands for any rest. Defaults to none. */
  readonly deniedNodes?: readonly string[];
  /** The only classes that may run, as ComfyUI spells them; the deny lists still hold. Defaults to all. */
  readonly allowedNodes?: readonly string[];
}

const MAX_NODES = 10_000;
const MAX_NAME = 200;

/** What the front end and ComfyUI itself write into a node. */
const NODE_KEYS: ReadonlySet<string> = new Set(["class_type", "inputs", "_meta", "is_changed"]);

/**
 * Makes the inspection of a workflow's nodes: their shape, their classes, their file references. It looks at a parsed
 * copy; what is forwarded are the client's bytes.
 */
export function workflowCheck(policy: NodePolicy = {}) {
  const denied = new DeniedNames(policy.deniedNodes);
  const allowed = policy.allowedNodes && new Set(policy.allowedNodes);

  return ({ prompt }: Submission, principal: Principal): Refusal | undefined => {
    const ids = Object.keys(prompt);
    if (ids.length > MAX_NODES) {
      return refusal(
        400,
        "too_many_nodes",
        `The workflow has ${ids.length} nodes; ${MAX_NODES} are allowed.`,
      );
    }
    for (const id of ids) {
      const node = prompt[id];
      if (!isNode(node)) {
        const message = `Node ${quoteInput(id)} must be an object with a string class_type and an object inputs.`;
        return refusal(400, "invalid_node", message);
      }
      const classType = node.class_type;
      const found = denied.find(classType);
      if (found) {
        const message = `${quoteNode(id, classType)} is not allowed: it ${found.reason}.`;
        return refusal(403, "node_denied", message);
      }
      if (allowed && !allowed.has(classType)) {
        const message = `${quoteNode(id, classType)} is not on the list of allowed nodes.`;
        return refusal(403, "node_not_allowed", message);
      }
      const objection =
        checkLinks(id, node, prompt) ?? checkInputs(id, classType, node.inputs, principal.role);
      if (objection) return objection;
    }
    return undefined;
  };
}

interface WorkflowNode {
  readonly class_type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

function isNode(value: unknown): value is WorkflowNode {
  if (!isObject(value)) return false;
  for (const key in value) if (!NODE_KEYS.has(key)) return false;
  const { class_type, inputs } = value;
  return (
    typeof class_type === "string" && class_type !== "" && class_type.length <= MAX_NAME && isObject(inputs)
  );
}

/**
 * A link to a node that is not there ends ComfyUI's worker thread, and with it all work until a restart: validation
 * looks at the inputs a class declares only, execution follows every link.
 */
function checkLinks(id: string, node: WorkflowNode, prompt: Submission["prompt"]): Refusal | undefined {
  for (const input in node.inputs) {
    const value = unwrapped(node.inputs[input]);
    if (isLink(value) && !Object.hasOwn(prompt, value[0])) {
      const message = `${quoteNode(id, node.class_type)}: ${quoteInput(input)} links to a node that is not in the workflow.`;
      return refusal(400, "missing_node", message);
    }
  }
  return undefined;
}

/** ComfyUI puts what is in `{"__value__": ...}` in its place. */
function unwrapped(value: unknown): unknown {
  let inner = value;
  while (isObject(inner) && "__value__" in inner) inner = inner.__value__;
  return inner;
}

function checkInputs(
  id: string,
  classType: string,
  inputs: WorkflowNode["inputs"],
  role: Role,
): Refusal | undefined {
  const special = specialInputs(classType);
  for (const input in inputs) {
    const value = inputs[input];
    let fault: string | undefined;
    if (typeof value === "string") {
      if (mayBePath(value)) fault = pathFault(inputKind(classType, input), value, role);
    } else if (isLink(value)) {
      if (mustBeLiteral(special?.get(input)) && role !== "admin") fault = LINKED;
    } else if (typeof value === "object" && value !== null) {
      fault = nestedFault(classType, input, value, role);
    }
    if (fault !== undefined) {
      const message = `${quoteNode(id, classType)}: ${quoteInput(input)} ${fault}.`;
      return refusal(403, "file_reference", message);
    }
  }
  return undefined;
}

const LINKED = "must be a file name, not a link to a node";

/** As ComfyUI tells a link from a value; to Python, true and false are numbers. */
function isLink(value: unknown): value is [string, number | boolean] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === "string" &&
    (typeof value[1] === "number" || typeof value[1] === "boolean")
  );
}

/**
 * The first fault in a value that is not plain text: an array of names, a widget's object, or ComfyUI's wrapper
 * `{"__value__": ...}`. Keys inside an object are taken as input names, except that nothing inside a known file
 * input is anything else. Iterative: the nesting is the client's choice.
 */
function nestedFault(classType: string, input: string, value: unknown, role: Role): string | undefined {
  const outer = inputKind(classType, input);
  const isKnown = outer !== "path" && outer !== "text";
  const pending: { name: string; value: unknown }[] = [{ name: input, value }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { name, value: inner } = next;
    if (typeof inner === "string") {
      const fault = mayBePath(inner)
        ? pathFault(isKnown ? outer : inputKind(classType, name), inner, role)
        : undefined;
      if (fault !== undefined) return fault;
    } else if (Array.isArray(inner)) {
      // Unwrapped, this is a link after ComfyUI has validated the types.
      if (mustBeLiteral(outer) && role !== "admin" && isLink(inner)) return LINKED;
      for (const entry of inner) pending.push({ name, value: entry });
    } else if (isObject(inner)) {
      for (const key of Object.keys(inner)) {
        pending.push({ name: key === "__value__" ? name : key, value: inner[key] });
      }
    }
  }
  return undefined;
}
