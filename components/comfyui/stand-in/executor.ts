/** Runs one prompt after the other and tells the sockets about it, message for message as ComfyUI does. */
import { createHash, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Folders } from "./folders";
import { GraphOrder } from "./graph-order";
import { Float, type Parsed, type ParsedObject, stringifyJson, type Writable } from "./json";
import { NODE_CLASSES } from "./nodes";
import { pngBytes } from "./png";
import { PythonError } from "./python";
import type { HistoryEntry, PromptQueue, QueueItem } from "./queue";
import type { Sockets } from "./sockets";
import { isLink } from "./validation";
import { type NodeClass, NodeInputs, type NodeResult, type NodeValue } from "./values";

/** ComfyUI leaves out some letters of the alphabet; its test of names should pass here too. */
const SUFFIX_LETTERS = "abcdefghijklmnopqrstupvxyz";
const SUFFIX_LENGTH = 5;

/** ComfyUI's floats where a node has no steps of its own */
const ZERO = new Float(0);
const ONE = new Float(1);

class InterruptedError extends Error {}

interface CachedNode {
  readonly result: NodeResult;
  /** the node's entry in the history's `meta`, of the run that made the result */
  readonly meta: Writable;
}

interface Link {
  readonly source: string;
  /** index among the source's outputs; negative counts from the end, as in Python */
  readonly slot: number;
}

export interface NeededNode {
  readonly classType: string;
  readonly nodeClass: NodeClass;
  readonly inputs: ParsedObject;
  readonly links: ReadonlyMap<string, Link>;
  /** a digest of all that the node's result depends on: the key by which results are kept between prompts */
  readonly signature: string;
}

export interface ExecutorOptions {
  readonly folders: Folders;
  readonly queue: PromptQueue;
  readonly sockets: Sockets;
  /** How long one step of a KSampler takes. */
  readonly stepMilliseconds: number;
  readonly log: (line: string) => void;
}

export class Executor {
  private cache = new Map<string, CachedNode>();
  private interrupted = false;
  private closed = false;
  private freeMemory = false;
  private clientId: string | undefined;
  private currentNode: string | undefined;
  private readonly temporarySuffix = Array.from(
    { length: SUFFIX_LENGTH },
    () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)],
  ).join("");

  constructor(private readonly options: ExecutorOptions) {}

  /** Stops the running prompt at its next step; without one it does nothing, as the next start forgets it. */
  interrupt(): void {
    this.interrupted = true;
  }

  /** Forgets cached results once the running prompt is done. */
  free(): void {
    this.freeMemory = true;
    this.options.queue.nudge();
  }

  /** Ends `work` after the step it is in. */
  close(): void {
    this.closed = true;
    this.interrupt();
    this.options.queue.nudge();
  }

  runningNode(clientId: string): string | undefined {
    return this.clientId === clientId ? this.currentNode : undefined;
  }

  /** Takes prompts from the queue until `close`. */
  async work(): Promise<void> {
    const { queue, sockets, log } = this.options;
    while (!this.closed) {
      const item = await queue.next();
      if (item) {
        const started = performance.now();
        const entry = await this.execute(item);
        queue.done(item, entry);
        if (this.clientId !== undefined) {
          sockets.send("executing", { node: null, prompt_id: item.promptId }, this.clientId);
        }
        log(`Prompt executed in ${((performance.now() - started) / 1000).toFixed(2)} seconds`);
      }
      if (this.freeMemory) this.cache.clear();
      this.freeMemory = false;
    }
  }

  private readonly throwIfInterrupted = (): void => {
    if (!this.interrupted) return;
    // ComfyUI's flag is spent by the exception; a server that closes stays interrupted.
    this.interrupted = this.closed;
    throw new InterruptedError();
  };

  private async execute(item: QueueItem): Promise<HistoryEntry> {
    const { sockets } = this.options;
    const { promptId, prompt } = item;
    this.interrupted = this.closed;
    const clientId = item.extraData.get("client_id");
    this.clientId = typeof clientId === "string" ? clientId : undefined;

    const messages: Writable[] = [];
    const announce = (event: string, data: Record<string, Writable>, broadcast = false): void => {
      const stamped = { ...data, timestamp: Date.now() };
      messages.push([event, stamped]);
      if (this.clientId !== undefined || broadcast) sockets.send(event, stamped, this.clientId);
    };
    const tellClient = (event: string, data: Writable): void => {
      if (this.clientId !== undefined) sockets.send(event, data, this.clientId);
    };

    announce("execution_start", { prompt_id: promptId });
    const needed = this.neededNodes(prompt, item.outputs);
    const used = new Set([...needed.values()].map((node) => node.signature));
    for (const key of [...this.cache.keys()]) if (!used.has(key)) this.cache.delete(key);
    const cachedNode = (id: string): CachedNode | undefined =>
      this.cache.get(needed.get(id)?.signature ?? "");
    const cached = [...prompt.keys()].filter(cachedNode);
    announce("execution_cached", { nodes: cached, prompt_id: promptId });

    const progress = this.progressReporter(promptId);
    const order = new GraphOrder(needed, item.outputs, (id) => cachedNode(id) !== undefined);
    const executed: string[] = [];
    let success = true;
    for (let id = order.next(); id !== undefined; id = order.next()) {
      const done = cachedNode(id);
      if (done) {
        const output = done.result.ui ?? null;
        tellClient("executed", { node: id, display_node: id, output, prompt_id: promptId });
        progress(id, "finished", 1, 1);
        order.complete(id);
        continue;
      }
      const node = needed.get(id) as NeededNode;
      progress(id, "running", ZERO, ONE);
      this.currentNode = id;
      tellClient("executing", { node: id, display_node: id, prompt_id: promptId });
      let steps: Writable = ONE;
      try {
        this.throwIfInterrupted();
        const result = await node.nodeClass.run(this.resolve(node, cachedNode), {
          folders: this.options.folders,
          prompt,
          extraPngInfo: item.extraData.get("extra_pnginfo"),
          temporarySuffix: this.temporarySuffix,
          throwIfInterrupted: this.throwIfInterrupted,
          step: async (value, max, preview) => {
            steps = max;
            await sleep(this.options.stepMilliseconds);
            this.throwIfInterrupted();
            progress(id, "running", value, max);
            sockets.send("progress", { value, max, prompt_id: promptId, node: id }, this.clientId);
            const ids = { display_node_id: id, parent_node_id: null, real_node_id: id };
            const metadata = { node_id: id, prompt_id: promptId, ...ids };
            sockets.sendPreview(await pngBytes(preview), metadata, this.clientId);
          },
        });
        const meta = { node_id: id, display_node: id, parent_node: null, real_node_id: id };
        this.cache.set(node.signature, { result, meta });
        if (result.ui) {
          tellClient("executed", { node: id, display_node: id, output: result.ui, prompt_id: promptId });
        }
      } catch (error) {
        success = false;
        const failure = { prompt_id: promptId, node_id: id, node_type: node.classType, executed };
        if (error instanceof InterruptedError) {
          announce("execution_interrupted", failure, true);
        } else {
          const message = error instanceof Error ? error.message : String(error);
          this.options.log(`!!! Exception during processing !!! ${message}`);
          const literals = [...node.inputs].filter(([name]) => !node.links.has(name));
          announce("execution_error", {
            ...failure,
            exception_message: `${message}\n`,
            exception_type: error instanceof PythonError ? error.type : "RuntimeError",
            traceback: [],
            current_inputs: Object.fromEntries(literals.map(([name, value]) => [name, [value]])),
            current_outputs: [...prompt.keys()],
          });
        }
        break;
      }
      progress(id, "finished", steps, steps);
      executed.push(id);
      order.complete(id);
    }
    this.currentNode = undefined;
    if (success) announce("execution_success", { prompt_id: promptId });

    const outputs = new Map<string, Writable>();
    const meta = new Map<string, Writable>();
    for (const id of prompt.keys()) {
      const entry = cachedNode(id);
      if (!entry?.result.ui) continue;
      outputs.set(id, entry.result.ui);
      meta.set(id, entry.meta);
    }
    const status = { status_str: success ? "success" : "error", completed: success, messages } as const;
    return { outputs, meta, status };
  }

  private resolve(node: NeededNode, cachedNode: (id: string) => CachedNode | undefined): NodeInputs {
    const entries = new Map<string, Parsed | NodeValue>(node.inputs);
    for (const [name, { source, slot }] of node.links) {
      entries.set(name, cachedNode(source)?.result.outputs.at(slot) as NodeValue);
    }
    return new NodeInputs(entries);
  }

  /** A function that notes one node's progress and sends the state of all nodes that have begun. */
  private progressReporter(promptId: string) {
    const nodes = new Map<string, Writable>();
    return (id: string, state: "running" | "finished", value: Writable, max: Writable): void => {
      nodes.set(id, {
        value,
        max,
        state,
        node_id: id,
        prompt_id: promptId,
        display_node_id: id,
        parent_node_id: null,
        real_node_id: id,
      });
      this.options.sockets.send("progress_state", { prompt_id: promptId, nodes }, this.clientId);
    };
  }

  /** The nodes that `outputs` need, themselves included. Only these have been validated. */
  private neededNodes(prompt: ParsedObject, outputs: readonly string[]): Map<string, NeededNode> {
    const needed = new Map<string, NeededNode>();
    const visit = (id: string): NeededNode => {
      const known = needed.get(id);
      if (known) return known;
      const node = prompt.get(id) as ParsedObject;
      const classType = node.get("class_type") as string;
      const nodeClass = NODE_CLASSES.get(classType) as NodeClass;
      const inputs = node.get("inputs") as ParsedObject;
      const links = new Map<string, Link>();
      const parts: Writable[] = [classType, nodeClass.fingerprint?.(inputs, this.options.folders) ?? ""];
      // Inputs that the class does not declare are carried along in the prompt, and mean nothing.
      for (const name of Object.keys(nodeClass.required(this.options.folders))) {
        const value = inputs.get(name) as Parsed;
        if (isLink(value)) {
          links.set(name, { source: value[0], slot: Number(value[1]) });
          parts.push([name, "link", visit(value[0]).signature, value[1]]);
        } else {
          parts.push([name, "literal", value]);
        }
      }
      const signature = createHash("sha256").update(stringifyJson(parts)).digest("hex");
      const entry = { classType, nodeClass, inputs, links, signature };
      needed.set(id, entry);
      return entry;
    };
    for (const output of outputs) visit(output);
    return needed;
  }
}
