import { UserError } from "./errors";
import {
  type InvokeRequest,
  invokeResponse,
  MONITOR_FEATURES,
  type RegisterRequest,
  registerResponse,
} from "./sdk";
import { type Properties, unwrapSecrets, wrapSecret } from "./values";

/** A resource as the program asks for it. */
export interface Registration {
  urn: string;
  type: string;
  name: string;
  inputs: Properties;
  /** URNs of what this resource depends on, its parent included. */
  dependencies: string[];
  /** Property paths whose change replaces the resource ("*" for all). */
  replaceOnChanges: string[];
  /** URN of the component it belongs to; empty for none. */
  parent: string;
  /** Whether it may not be deleted. */
  protect: boolean;
  /** Whether it stays when it is no longer wanted. */
  retainOnDelete: boolean;
  /** Property paths whose changes are ignored. */
  ignoreChanges: string[];
  /** URN of the resource whose end is its own; empty for none. */
  deletedWith: string;
  /** Top-level keys of the inputs and outputs that hold secrets. */
  secretKeys: string[];
}

/** What the engine answers for a resource. */
export interface Registered {
  id: string;
  outputs: Properties;
}

type Callback = (error: Error | null, response?: unknown) => void;

const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * The Pulumi SDK's resource monitor, in this process: the program's resources arrive here as requests, and the SDK gets
 * their outputs back. Keeps secrets secret: an output is marked when its input was, or when the SDK asks for it.
 */
export class Monitor {
  /**
   * @param register makes or finds the resource. When it fails, the program never gets an answer: the SDK would turn an
   *   error into unhandled rejections all over the program, and the engine knows of the failure anyway.
   * @param functions answers calls of provider functions; undefined for one it does not know. Defaults to none.
   */
  constructor(
    private readonly project: string,
    private readonly stack: string,
    private readonly register: (registration: Registration) => Promise<Registered | undefined>,
    private readonly functions: (token: string, args: Properties) => Properties | undefined = () => undefined,
  ) {}

  registerResource(request: RegisterRequest, callback: Callback): void {
    this.answer(request).then(
      (response) => response && callback(null, response),
      (error) => callback(error),
    );
  }

  private async answer(request: RegisterRequest): Promise<unknown> {
    const urn = this.urn(request.getParent(), request.getType(), request.getName());
    const raw = request.getObject()?.toJavaScript() ?? {};
    // Stack and components are only names; what they hold is registered by itself.
    if (!request.getCustom()) return registerResponse(urn, "", raw);
    const { inputs, secretKeys } = plainInputs(raw);
    for (const key of request.getAdditionalsecretoutputsList()) secretKeys.add(key);
    const registered = await this.register({
      urn,
      type: request.getType(),
      name: request.getName(),
      inputs,
      dependencies: [...new Set([request.getParent(), ...request.getDependenciesList()])].filter(
        (other) => other !== "",
      ),
      replaceOnChanges: request.getReplaceonchangesList(),
      parent: request.getParent(),
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      deletedWith: request.getDeletedwith(),
      secretKeys: [...secretKeys],
    });
    if (registered === undefined) return undefined;
    // A command's outputs can repeat anything it was given.
    if (request.getType() === "command:local:Command" && secretKeys.size > 0)
      secretKeys.add("stdout").add("stderr");
    const outputs = Object.fromEntries(
      Object.entries({ ...inputs, ...registered.outputs }).map(([key, value]) => [
        key,
        secretKeys.has(key) ? wrapSecret(value) : value,
      ]),
    );
    return registerResponse(urn, registered.id, outputs);
  }

  /** As the real engine names resources: the types of all parents, then the type, then the name. */
  private urn(parent: string, type: string, name: string): string {
    const parentType = parent === "" ? "" : (parent.split("::")[2] ?? "");
    const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
    return `urn:pulumi:${this.stack}::${this.project}::${qualified}::${name}`;
  }

  registerResourceOutputs(_request: unknown, callback: Callback): void {
    callback(null, {});
  }

  supportsFeature(request: { getId(): string }, callback: Callback): void {
    const supported = MONITOR_FEATURES.includes(request.getId());
    callback(null, { getHassupport: () => supported });
  }

  invoke(request: InvokeRequest, callback: Callback): void {
    const result = this.functions(request.getTok(), request.getArgs()?.toJavaScript() ?? {});
    if (result === undefined) {
      callback(refusal(`The embedded engine does not support the provider function ${request.getTok()}.`));
    } else {
      callback(null, invokeResponse(result));
    }
  }

  call(request: InvokeRequest, callback: Callback): void {
    this.invoke(request, callback);
  }

  readResource(request: { getType(): string; getName(): string }, callback: Callback): void {
    callback(
      refusal(
        `The embedded engine cannot read existing resources (${request.getType()} ${request.getName()}).`,
      ),
    );
  }
}

/** The SDK takes the text from `details`, as gRPC errors have it. */
function refusal(details: string): Error {
  return Object.assign(new UserError(details), { details });
}

function plainInputs(raw: Properties): { inputs: Properties; secretKeys: Set<string> } {
  const inputs: Properties = {};
  const secretKeys = new Set<string>();
  for (const [key, value] of Object.entries(raw)) {
    if (value === null || value === undefined) continue;
    const { plain, secret } = unwrapSecrets(value);
    inputs[key] = plain;
    if (secret) secretKeys.add(key);
  }
  return { inputs, secretKeys };
}
