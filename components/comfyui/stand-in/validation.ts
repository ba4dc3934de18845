/** ComfyUI's `validate_prompt`: which outputs of a workflow can run, and what is wrong with the others. */
import type { Folders } from "./folders";
import { Float, type Parsed, type ParsedObject, type Writable } from "./json";
import { NODE_CLASSES } from "./nodes";
import { bool, float, int, PythonError, repr, str, typeName } from "./python";
import type { InputSpec, NodeClass } from "./values";

/** One problem, as ComfyUI words it. */
export interface Problem {
  readonly [key: string]: Writable;
  readonly type: string;
  readonly message: string;
  readonly details: string;
  readonly extra_info: { readonly [key: string]: Writable };
}

export interface NodeProblems {
  readonly [key: string]: Writable;
  readonly errors: readonly Problem[];
  readonly dependent_outputs: string[];
  readonly class_type: string;
}

export type Verdict =
  | { readonly ok: true; readonly outputs: string[]; readonly nodeErrors: ReadonlyMap<string, NodeProblems> }
  | { readonly ok: false; readonly error: Problem; readonly nodeErrors: ReadonlyMap<string, NodeProblems> };

interface Validated {
  readonly valid: boolean;
  readonly problems: readonly Problem[];
}

/** About the depth of links at which Python's recursion limit ends a validation. */
const MAX_DEPTH = 400;
/** Choices are listed in a message up to this many. */
const MAX_LISTED_CHOICES = 20;

/** Whether a value is a link to another node's output. */
export function isLink(value: Parsed | undefined): value is [string, bigint | Float] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === "string" &&
    (typeof value[1] === "bigint" || value[1] instanceof Float)
  );
}

function refusal(type: string, message: string, details: string): Verdict {
  return { ok: false, error: { type, message, details, extra_info: {} }, nodeErrors: new Map() };
}

function asPythonError(error: unknown): PythonError {
  if (error instanceof PythonError) return error;
  throw error;
}

/** `prompt[id]["class_type"]` with Python's exceptions for what is not there. */
function nodeAt(
  prompt: ParsedObject,
  id: Parsed,
): { node: ParsedObject; classType: string; nodeClass: NodeClass } {
  const node = typeof id === "string" ? prompt.get(id) : undefined;
  if (!(node instanceof Map)) throw new PythonError("KeyError", repr(id));
  const classType = node.get("class_type") as string;
  return { node, classType, nodeClass: NODE_CLASSES.get(classType) as NodeClass };
}

function outputTypeAt(nodeClass: NodeClass, slot: Parsed): string {
  if (typeof slot !== "bigint") {
    throw new PythonError("TypeError", `tuple indices must be integers or slices, not ${typeName(slot)}`);
  }
  const type = nodeClass.outputs.at(Number(slot));
  if (type === undefined) throw new PythonError("IndexError", "tuple index out of range");
  return type;
}

/** The literal as the node will get it; throws Python's exception when it cannot be converted. */
function convert(value: Parsed, type: InputSpec[0]): Parsed {
  switch (type) {
    case "INT":
      return int(value);
    case "FLOAT":
      return float(value);
    case "STRING":
      return str(value);
    case "BOOLEAN":
      return bool(value);
    default:
      return value;
  }
}

function limit(value: Writable): number | bigint | undefined {
  if (value instanceof Float) return value.value;
  return typeof value === "number" || typeof value === "bigint" ? value : undefined;
}

function checkLiteral(name: string, value: Parsed, spec: InputSpec): Problem | undefined {
  const [type, config = {}] = spec;
  const info = { input_name: name, input_config: [type, config], received_value: value };
  const number = limit(value as Writable);
  for (const [bound, isOutside] of [
    ["min", (a: number | bigint, b: number | bigint) => a < b],
    ["max", (a: number | bigint, b: number | bigint) => a > b],
  ] as const) {
    const allowed = limit(config[bound]);
    if (number === undefined || allowed === undefined || !isOutside(number, allowed)) continue;
    const shown = config[bound] instanceof Float ? str(config[bound]) : String(allowed);
    return {
      type: bound === "min" ? "value_smaller_than_min" : "value_bigger_than_max",
      message: `Value ${str(value)} ${bound === "min" ? "smaller" : "bigger"} than ${bound} of ${shown}`,
      details: name,
      extra_info: info,
    };
  }
  if (typeof type === "string" || (typeof value === "string" && type.includes(value))) return undefined;
  const many = type.length > MAX_LISTED_CHOICES;
  return {
    type: "value_not_in_list",
    message: "Value not in list",
    details: `${name}: '${str(value)}' not in ${many ? `(list of length ${type.length})` : repr(type)}`,
    extra_info: { ...info, input_config: many ? null : info.input_config },
  };
}

/**
 * Validates `prompt` (a workflow in API format) and converts its literals in place as ComfyUI does.
 *
 * @param targets partial_execution_targets: the only outputs to run; undefined for all.
 * @throws PythonError where ComfyUI's own validation dies of a malformed prompt, which it answers with status 500.
 */
export function validatePrompt(
  prompt: Parsed,
  targets: readonly Parsed[] | undefined,
  folders: Folders,
): Verdict {
  if (Array.isArray(prompt) && prompt.length === 0) return validatePrompt(new Map(), targets, folders);
  if (!(prompt instanceof Map))
    throw new PythonError("TypeError", `'${typeName(prompt)}' object is not a prompt`);
  const outputs: string[] = [];
  for (const [id, node] of prompt) {
    if (!(node instanceof Map) && !Array.isArray(node) && typeof node !== "string") {
      throw new PythonError("TypeError", `argument of type '${typeName(node)}' is not iterable`);
    }
    if (!(node instanceof Map) || !node.has("class_type")) {
      return refusal(
        "invalid_prompt",
        "Cannot execute because a node is missing the class_type property.",
        `Node ID '#${id}'`,
      );
    }
    const classType = node.get("class_type") as Parsed;
    if (Array.isArray(classType) || classType instanceof Map) {
      throw new PythonError("TypeError", `unhashable type: '${typeName(classType)}'`);
    }
    const nodeClass = typeof classType === "string" ? NODE_CLASSES.get(classType) : undefined;
    if (!nodeClass) {
      return refusal(
        "invalid_prompt",
        `Cannot execute because node ${str(classType)} does not exist.`,
        `Node ID '#${id}'`,
      );
    }
    if (nodeClass.isOutput && (targets === undefined || targets.includes(id))) outputs.push(id);
  }
  if (outputs.length === 0) return refusal("prompt_no_outputs", "Prompt has no outputs", "");

  const validated = new Map<string, Validated>();
  const good: string[] = [];
  const failures: Problem[] = [];
  const nodeErrors = new Map<string, NodeProblems>();
  for (const output of outputs) {
    let result: Validated;
    try {
      result = validateNode(prompt, output, validated, new Set(), folders);
    } catch (error) {
      const { type, message } = asPythonError(error);
      result = {
        valid: false,
        problems: [
          {
            type: "exception_during_validation",
            message: "Exception when validating node",
            details: message,
            extra_info: { exception_type: type, traceback: [] },
          },
        ],
      };
      validated.set(output, result);
    }
    if (result.valid) {
      good.push(output);
      continue;
    }
    failures.push(...result.problems);
    for (const [id, { valid, problems }] of validated) {
      if (valid || problems.length === 0) continue;
      const entry = nodeErrors.get(id) ?? {
        errors: problems,
        dependent_outputs: [],
        class_type: nodeAt(prompt, id).classType,
      };
      entry.dependent_outputs.push(output);
      nodeErrors.set(id, entry);
    }
  }
  if (good.length > 0) return { ok: true, outputs: good, nodeErrors };
  const details = failures.map((problem) => `${problem.message}: ${problem.details}`).join("\n");
  const error: Problem = {
    type: "prompt_outputs_failed_validation",
    message: "Prompt outputs failed validation",
    details,
    extra_info: {},
  };
  return { ok: false, error, nodeErrors };
}

/** @param path the nodes being validated, outermost first: meeting one of them again is a cycle */
function validateNode(
  prompt: ParsedObject,
  id: string,
  validated: Map<string, Validated>,
  path: ReadonlySet<string>,
  folders: Folders,
): Validated {
  const known = validated.get(id);
  if (known) return known;
  // ComfyUI recurses into a cycle, or a very deep graph, until Python stops it.
  if (path.has(id) || path.size >= MAX_DEPTH)
    throw new PythonError("RecursionError", "maximum recursion depth exceeded");
  const inner = new Set(path).add(id);

  const { node, classType, nodeClass } = nodeAt(prompt, id);
  const inputs = node.get("inputs");
  if (!(inputs instanceof Map)) {
    if (inputs === undefined) throw new PythonError("KeyError", "'inputs'");
    throw new PythonError("TypeError", `argument of type '${typeName(inputs)}' is not iterable`);
  }

  const problems: Problem[] = [];
  let valid = true;
  for (const [name, spec] of Object.entries(nodeClass.required(folders))) {
    let value = inputs.get(name);
    const [type, config = {}] = spec;
    const inputConfig: Writable = [type, config];
    if (value === undefined) {
      problems.push({
        type: "required_input_missing",
        message: "Required input is missing",
        details: name,
        extra_info: { input_name: name },
      });
      continue;
    }
    if (Array.isArray(value)) {
      if (value.length !== 2) {
        problems.push({
          type: "bad_linked_input",
          message: "Bad linked input, must be a length-2 list of [node_id, slot_index]",
          details: name,
          extra_info: { input_name: name, input_config: inputConfig, received_value: value },
        });
        continue;
      }
      const [source, slot] = value as [Parsed, Parsed];
      const received = outputTypeAt(nodeAt(prompt, source).nodeClass, slot);
      if (received !== type) {
        problems.push({
          type: "return_type_mismatch",
          message: "Return type mismatch between linked nodes",
          details: `${name}, received_type(${received}) mismatch input_type(${typeof type === "string" ? type : repr(type)})`,
          extra_info: {
            input_name: name,
            input_config: inputConfig,
            received_type: received,
            linked_node: value,
          },
        });
        continue;
      }
      try {
        if (!validateNode(prompt, source as string, validated, inner, folders).valid) valid = false;
      } catch (error) {
        const { type: exceptionType, message } = asPythonError(error);
        valid = false;
        const problem: Problem = {
          type: "exception_during_inner_validation",
          message: "Exception when validating inner node",
          details: message,
          extra_info: {
            input_name: name,
            input_config: inputConfig,
            exception_message: message,
            exception_type: exceptionType,
            traceback: [],
            linked_node: value,
          },
        };
        validated.set(source as string, { valid: false, problems: [problem] });
      }
      continue;
    }
    if (value instanceof Map && value.has("__value__")) {
      value = value.get("__value__") as Parsed;
      inputs.set(name, value);
    }
    try {
      value = convert(value, type);
      inputs.set(name, value);
    } catch (error) {
      const { message } = asPythonError(error);
      problems.push({
        type: "invalid_input_type",
        message: `Failed to convert an input value to a ${type} value`,
        details: `${name}, ${str(value)}, ${message}`,
        extra_info: {
          input_name: name,
          input_config: inputConfig,
          received_value: value,
          exception_message: message,
        },
      });
      continue;
    }
    if (name === nodeClass.validate?.input) continue;
    const problem = checkLiteral(name, value, spec);
    if (problem) problems.push(problem);
  }

  if (nodeClass.validate) {
    const { input, check } = nodeClass.validate;
    const value = inputs.get(input);
    if (value === undefined) {
      throw new PythonError(
        "TypeError",
        `${classType}.VALIDATE_INPUTS() missing 1 required positional argument: '${input}'`,
      );
    }
    // A linked value is not known yet: ComfyUI passes None.
    const answer = check(isLink(value) ? null : value, folders);
    if (answer !== true) {
      problems.push({
        type: "custom_validation_failed",
        message: "Custom validation failed for node",
        details: `${input} - ${answer}`,
        extra_info: { input_name: input },
      });
    }
  }

  const result: Validated = { valid: valid && problems.length === 0, problems };
  validated.set(id, result);
  return result;
}
