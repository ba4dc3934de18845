/** What flows along the links of a workflow, and what a node sees while it runs. */
import type { Folders } from "./folders";
import { type Float, type Parsed, type ParsedObject, stringifyJson, type Writable } from "./json";
import type { Picture } from "./picture";

export type NodeValue =
  | { readonly kind: "MODEL"; readonly checkpoint: string }
  | { readonly kind: "CLIP" }
  | { readonly kind: "VAE" }
  | { readonly kind: "CONDITIONING"; readonly text: string }
  /** `recipe` is undefined while nothing has been sampled; afterwards the whole picture follows from it. */
  | {
      readonly kind: "LATENT";
      readonly width: number;
      readonly height: number;
      readonly batchSize: number;
      readonly recipe?: string;
    }
  | { readonly kind: "IMAGE"; readonly pictures: readonly Picture[] }
  | { readonly kind: "MASK" };

export type NodeValueOf<Kind extends NodeValue["kind"]> = Extract<NodeValue, { kind: Kind }>;

/** A node's inputs once its links are resolved. Validation has seen to types and ranges before this is read. */
export class NodeInputs {
  constructor(private readonly entries: ReadonlyMap<string, Parsed | NodeValue>) {}

  int(name: string): number {
    return Number(this.entries.get(name) as bigint);
  }
  text(name: string): string {
    return this.entries.get(name) as string;
  }
  value<Kind extends NodeValue["kind"]>(name: string, kind: Kind): NodeValueOf<Kind> {
    const value = this.entries.get(name) as NodeValue | undefined;
    if (value?.kind !== kind) throw new Error(`input ${name} holds ${String(value?.kind)}, not ${kind}`);
    return value as NodeValueOf<Kind>;
  }
  /** The named literal inputs as text: equal texts for equal inputs, whatever their size. */
  describe(...names: string[]): string {
    return names.map((name) => stringifyJson(this.entries.get(name) as bigint | string | Float)).join("|");
  }
}

/** What a running node may use of the server. */
export interface NodeContext {
  readonly folders: Folders;
  readonly prompt: ParsedObject;
  /** extra_data.extra_pnginfo of the request */
  readonly extraPngInfo: Parsed | undefined;
  /** Letters drawn once per process, as ComfyUI draws them for PreviewImage's names. */
  readonly temporarySuffix: string;
  /** Throws InterruptedError once the prompt has been interrupted. */
  readonly throwIfInterrupted: () => void;
  /** One step of `maximum` is done: waits a step's time, then tells the sockets, with a preview. */
  readonly step: (value: number, maximum: number, preview: Picture) => Promise<void>;
}

export interface NodeResult {
  readonly outputs: readonly NodeValue[];
  /** what `executed` and the history show, for example {images: [...]} */
  readonly ui?: Readonly<Record<string, Writable>>;
}

/** [type or list of choices, configuration], as `INPUT_TYPES` has them */
export type InputSpec = readonly [
  type: string | readonly string[],
  config?: Readonly<Record<string, Writable>>,
];

export interface NodeClass {
  readonly displayName?: string;
  readonly category: string;
  readonly description?: string;
  readonly outputs: readonly NodeValue["kind"][];
  readonly outputTooltips?: readonly string[];
  readonly isOutput?: boolean;
  readonly hidden?: Readonly<Record<string, string>>;
  /** The required inputs; the nodes the stand-in knows have no optional ones. */
  readonly required: (folders: Folders) => Readonly<Record<string, InputSpec>>;
  /** ComfyUI's VALIDATE_INPUTS for the one input `input`: true or what is wrong. Replaces the built-in checks. */
  readonly validate?: {
    readonly input: string;
    readonly check: (value: Parsed, folders: Folders) => true | string;
  };
  /** ComfyUI's IS_CHANGED: a text that differs when the node must run again. */
  readonly fingerprint?: (inputs: ParsedObject, folders: Folders) => string;
  readonly run: (inputs: NodeInputs, context: NodeContext) => Promise<NodeResult> | NodeResult;
}
