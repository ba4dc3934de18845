/**
 * The inner parts of the Pulumi SDK that the embedded engine stands on, gathered here because they are not part of its
 * public interface: look here first when @pulumi/pulumi is updated.
 */
import * as pulumi from "@pulumi/pulumi";
import { disconnect, setMockOptions } from "@pulumi/pulumi/runtime/settings";
import type { Properties } from "./values";

/** A request to register a resource, as far as we read it. */
export interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getObject(): { toJavaScript(): Properties } | undefined;
  getDependenciesList(): string[];
  getReplaceonchangesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getProtect(): boolean | undefined;
  getRetainondelete(): boolean | undefined;
  getIgnorechangesList(): string[];
  getDeletedwith(): string;
}

/** A request to call a function of a provider, as far as we read it. */
export interface InvokeRequest {
  getTok(): string;
  getArgs(): { toJavaScript(): Properties } | undefined;
}

/** The answer to such a request, as far as the SDK reads it. */
export function invokeResponse(result: Properties) {
  return { getFailuresList: () => [], getReturn: () => ({ toJavaScript: () => result }) };
}

/** The answer to such a request, as far as the SDK reads it. */
export function registerResponse(urn: string, id: string, outputs: Properties) {
  return {
    getUrn: () => urn,
    getId: () => id,
    getObject: () => ({ toJavaScript: () => outputs }),
    getPropertydependenciesMap: () => undefined,
    // Result.SUCCESS
    getResult: () => 0,
  };
}

/** What our monitor can do, in the SDK's words; what is missing here the SDK leaves out or refuses by itself. */
export const MONITOR_FEATURES = ["secrets", "deletedWith", "replaceWith", "aliasSpecs"];

/** Puts a monitor in the place of the connection to the real engine. */
export function useMonitor(monitor: unknown, project: string, stack: string): void {
  setMockOptions(monitor as never, project, stack, false);
}

/**
 * Runs a Pulumi program against the monitor, waits until no request of it is under way any more, and lets the monitor go.
 *
 * The SDK keeps a stack trace with each of its promises (runtime/debuggable.js). Traced back to TypeScript they take half
 * of a program's time, and nobody sees them: of an error we print the message. So none is made meanwhile.
 * @returns the program's exports
 */
export async function runProgram(program: () => unknown): Promise<Record<string, unknown>> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const outputs = await pulumi.runtime.runInPulumiStack(async () => program());
    await disconnect();
    return outputs ?? {};
  } finally {
    Error.stackTraceLimit = limit;
  }
}
