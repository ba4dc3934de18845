import * as pulumi from "@pulumi/pulumi";
import { Monitor, type Registration } from "../embedded/monitor";
import { runProgram, useMonitor } from "../embedded/sdk";
import { computed } from "./computed";
import { type AwsAnswers, awsAnswers } from "./computed-aws";

/** What a program asks for: its resources in the order it asked, and its outputs. */
export interface RecordedProgram {
  readonly resources: readonly Registration[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface RecordOptions {
  readonly project: string;
  readonly stack: string;
  /** Full key to text, as `readConfig` gives it. */
  readonly config: Readonly<Record<string, string>>;
  /** Loads the Pulumi program; its exports are the stack's outputs. */
  readonly program: () => unknown;
  /** What AWS answers to a function, where it is not what a new account would. */
  readonly answer?: AwsAnswers["function"];
}

/**
 * Runs a Pulumi program without an engine, a cloud or credentials, and returns what it asks for. Values that a provider
 * would compute, or read from a cloud, are made up in their true form (`computed`).
 * Keys and certificates are real, made for this and thrown away.
 * @throws the first error of the program
 */
export async function recordProgram({
  project,
  stack,
  config,
  program,
  answer,
}: RecordOptions): Promise<RecordedProgram> {
  const resources: Registration[] = [];
  const aws = awsAnswers(config["aws:region"] ?? "us-east-1");
  const answers: AwsAnswers["function"] = (token, args) => answer?.(token, args) ?? aws.function(token, args);
  const record = async (registration: Registration) => {
    resources.push(registration);
    return computed(registration, aws);
  };
  pulumi.runtime.setAllConfig({ ...config });
  useMonitor(new Monitor(project, stack, record, answers), project, stack);
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure ??= { error };
  };
  process.on("unhandledRejection", fail);
  try {
    const outputs = await runProgram(program);
    if (failure !== undefined) {
      throw failure.error;
    }
    return { resources, outputs };
  } finally {
    process.off("unhandledRejection", fail);
  }
}
