import * as pulumi from "@pulumi/pulumi";
import type Docker from "dockerode";
import { Interrupted, UserError } from "./errors";
import { HANDLERS } from "./handlers";
import { type Context, checkKeys, type Handler } from "./handlers/handler";
import type { Registered, Registration } from "./monitor";
import { Monitor } from "./monitor";
import type { Change, Progress } from "./progress";
import { runProgram, useMonitor } from "./sdk";
import { deletionOrder, type Entry, type State } from "./state";
import { changedKeys, type Properties } from "./values";

export interface EngineOptions {
  project: string;
  /** Also the value of the label that marks what is ours. */
  stack: string;
  state: State;
  docker: Docker;
  progress: Progress;
  /** Aborted to stop the run: children are ended, the state stays true. */
  signal: AbortSignal;
}

export type Counts = Record<Change, number>;

/**
 * Runs a Pulumi program in this process and makes the world as it says: creates, updates in place, replaces, and deletes
 * what it no longer names. For trying things out on one machine; environments that matter use the real Pulumi CLI.
 */
export class Engine {
  readonly counts: Counts = { created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 0 };
  private readonly registered = new Set<string>();
  private readonly inFlight = new Set<Promise<unknown>>();
  private failure: { error: unknown } | undefined;
  private onFailure: () => void = () => {};

  constructor(private readonly options: EngineOptions) {}

  /**
   * Brings everything up to date.
   * @param program loads the Pulumi program; its exports are the stack's outputs
   * @returns the stack's outputs, secrets included
   * @throws the first error; by then nothing is under way any more and the state is true
   */
  async up(program: () => unknown): Promise<Record<string, unknown>> {
    const { project, stack } = this.options;
    const failed = new Promise<void>((resolve) => {
      this.onFailure = resolve;
    });
    useMonitor(new Monitor(project, stack, (registration) => this.register(registration)), project, stack);
    // An error thrown in the program's own asynchronous code reaches us only this way.
    const fail = (error: unknown) => this.fail(error);
    process.on("unhandledRejection", fail);
    const stop = () => this.fail(new Interrupted());
    this.options.signal.addEventListener("abort", stop);
    if (this.options.signal.aborted) stop();
    let outputs: Record<string, unknown> | undefined;
    try {
      const finished = (async () => {
        outputs = await runProgram(program);
      })().catch(fail);
      await Promise.race([finished, failed]);
      await this.settle();
      this.throwFailure();
      if (await pulumi.log.hasErrors()) throw new UserError("The program logged an error (see above).");
      await this.deleteAll(this.abandoned());
      return outputs ?? {};
    } finally {
      process.off("unhandledRejection", fail);
      this.options.signal.removeEventListener("abort", stop);
    }
  }

  /**
   * Removes everything that the state knows.
   * @param keepData leaves volumes where they are, and in the state
   */
  async down(keepData: boolean): Promise<void> {
    const entries = this.options.state.all();
    await this.deleteAll(entries.filter((entry) => !(keepData && handlerOf(entry.type).holdsData)));
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.onFailure();
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }

  private async settle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.allSettled(this.inFlight);
  }

  private async register(registration: Registration): Promise<Registered | undefined> {
    if (this.failure) return undefined;
    const work = this.reconcile(registration);
    this.inFlight.add(work);
    try {
      return await work;
    } catch (error) {
      this.fail(error);
      return undefined;
    } finally {
      this.inFlight.delete(work);
    }
  }

  private async reconcile(registration: Registration): Promise<Registered> {
    const { urn, type, name, dependencies } = registration;
    const handler = handlerOf(type);
    checkKeys(type, registration.inputs, handler.keys);
    if (this.registered.has(urn))
      throw new UserError(`The program has two resources ${type} named "${name}".`);
    this.registered.add(urn);

    const context = this.context(name);
    const inputs = (await handler.prepare?.(registration.inputs, context)) ?? registration.inputs;
    const entry = this.options.state.get(urn);
    const intact = entry && !entry.incomplete && ((await handler.isIntact?.(entry, context)) ?? true);
    // Another resource may have failed meanwhile: nothing new is begun then.
    this.throwFailure();
    if (entry === undefined) return this.create(handler, registration, inputs);

    const changed = changedKeys(entry.inputs, inputs);
    if (intact && changed.length === 0) {
      this.counts.unchanged++;
      if (!sameDependencies(entry, dependencies)) this.options.state.put({ ...entry, dependencies });
      return entry;
    }
    if (
      handler.update &&
      this.canUpdate(handler, entry, changed, intact === true, registration.replaceOnChanges)
    ) {
      return this.update(handler, entry, registration, inputs);
    }
    if (handler.holdsData && intact) return this.replaceData(handler, entry, registration, inputs, changed);
    if (handler.heldByContainers) await this.deleteAll(this.containersOn(urn), "removed for now");
    return this.step(`${handler.noun} ${name}`, "replaced", async (detail) => {
      if (!handler.holdsData) await handler.remove?.(entry, this.context(name, detail));
      this.options.state.remove(urn);
      return this.make(handler, registration, inputs, detail);
    });
  }

  /** What is damaged is made anew, except an image: building it again is what its update does. */
  private canUpdate(
    handler: Handler,
    entry: Entry,
    changed: string[],
    intact: boolean,
    replaceOnChanges: string[],
  ): boolean {
    if (entry.incomplete) return false;
    if (!intact) return handler.updatable === undefined;
    const forced = replaceOnChanges.map((path) => path.replace(/[.[].*$/, ""));
    return changed.every(
      (key) => (handler.updatable?.includes(key) ?? true) && !forced.includes("*") && !forced.includes(key),
    );
  }

  private create(handler: Handler, registration: Registration, inputs: Properties): Promise<Entry> {
    return this.step(`${handler.noun} ${registration.name}`, "created", (detail) =>
      this.make(handler, registration, inputs, detail),
    );
  }

  private update(
    handler: Handler,
    entry: Entry,
    registration: Registration,
    inputs: Properties,
  ): Promise<Entry> {
    return this.step(`${handler.noun} ${registration.name}`, "updated", async (detail) => {
      const made = await handler.update?.(entry, inputs, this.context(registration.name, detail));
      return this.options.state.put({ ...entry, ...made, inputs, dependencies: registration.dependencies });
    });
  }

  /** A volume under another name: the old one stays, known to the state, until `npm stop`. */
  private replaceData(
    handler: Handler,
    entry: Entry,
    registration: Registration,
    inputs: Properties,
    changed: string[],
  ): Promise<Entry> {
    if (!changed.includes("name")) {
      throw new UserError(
        `The ${handler.noun} "${entry.id}" cannot be changed where it stands (${changed.join(", ")}), and an update never removes ` +
          "data. Put the setting back, or save the data and remove everything with `npm stop`.",
      );
    }
    this.options.state.put({ ...entry, urn: `${entry.urn}::kept::${entry.id}`, dependencies: [] });
    this.options.state.remove(entry.urn);
    return this.create(handler, registration, inputs);
  }

  private async make(
    handler: Handler,
    registration: Registration,
    inputs: Properties,
    detail: (text: string) => void,
  ): Promise<Entry> {
    const { urn, type, dependencies } = registration;
    const common = { urn, type, inputs, dependencies };
    let begun: Entry | undefined;
    const made = await handler.create(inputs, this.context(registration.name, detail), (id) => {
      begun = this.options.state.put({ ...common, id, outputs: {}, incomplete: true });
    });
    return this.options.state.put({ ...common, ...made, sequence: begun?.sequence });
  }

  /** Resources of the state that the program did not name, as far as an update may remove them. */
  private abandoned(): Entry[] {
    return this.options.state
      .all()
      .filter((entry) => !this.registered.has(entry.urn) && !handlerOf(entry.type).holdsData);
  }

  /** The containers that depend on a resource, directly or through others. */
  private containersOn(urn: string): Entry[] {
    const all = this.options.state.all();
    const reached = new Set([urn]);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const entry of all)
        if (entry.dependencies.some((other) => reached.has(other))) reached.add(entry.urn);
    }
    return all.filter((entry) => reached.has(entry.urn) && entry.type === "docker:index/container:Container");
  }

  /** Deletes in a safe order; goes on after a failure with what does not depend on it, and then throws the first. */
  private async deleteAll(
    entries: Entry[],
    outcome: "deleted" | "removed for now" = "deleted",
  ): Promise<void> {
    // What a failed one stands on must stay with it.
    const kept = new Set<string>();
    let firstError: { error: unknown } | undefined;
    for (const entry of deletionOrder(entries)) {
      if (this.options.signal.aborted) throw new Interrupted();
      const { noun, remove } = handlerOf(entry.type);
      const name = entry.urn.split("::")[3] ?? entry.id;
      try {
        if (kept.has(entry.urn)) throw firstError?.error;
        if (remove) {
          await this.step(`${noun} ${name}`, outcome, (detail) => remove(entry, this.context(name, detail)));
        } else this.counts.deleted++;
        this.options.state.remove(entry.urn);
      } catch (error) {
        if (error instanceof Interrupted) throw error;
        firstError ??= { error };
        for (const other of entry.dependencies) kept.add(other);
      }
    }
    if (firstError) throw firstError.error;
  }

  private async step<T>(
    name: string,
    outcome: Change | "removed for now",
    work: (detail: (text: string) => void) => Promise<T>,
  ): Promise<T> {
    const step = this.options.progress.step(name);
    try {
      const result = await work((text) => step.detail(text));
      if (outcome !== "removed for now") this.counts[outcome]++;
      step.end(outcome);
      return result;
    } catch (error) {
      step.end(error instanceof Interrupted ? "stopped" : "failed");
      throw error;
    }
  }

  private context(name: string, detail: (text: string) => void = () => {}): Context {
    const { stack, docker, signal } = this.options;
    return { stack, docker, signal, name, detail };
  }
}

function handlerOf(type: string): Handler {
  const handler = HANDLERS[type];
  if (handler) return handler;
  throw new UserError(
    `The embedded engine does not know the resource type ${type}. Supported: ${Object.keys(HANDLERS).sort().join(", ")}. ` +
      "For the rest use the Pulumi CLI (`pulumi up`).",
  );
}

function sameDependencies(entry: Entry, dependencies: string[]): boolean {
  return (
    entry.dependencies.length === dependencies.length &&
    dependencies.every((urn) => entry.dependencies.includes(urn))
  );
}
