import type { Executor } from "./executor";
import type { Folders } from "./folders";
import type { Reply, StandInRequest } from "./http";
import type { Writable } from "./json";
import type { LogBuffer } from "./log-buffer";
import type { PromptQueue } from "./queue";

/** What the routes of one server share. */
export interface Context {
  readonly folders: Folders;
  readonly queue: PromptQueue;
  readonly executor: Executor;
  readonly logs: LogBuffer;
  readonly log: (line: string) => void;
  /** {"exec_info": {"queue_remaining": n}} */
  readonly queueInfo: () => Writable;
  readonly argv: readonly string[];
  /** the number the next prompt gets */
  counter: bigint;
}

export type Handler = (request: StandInRequest, context: Context) => Promise<Reply> | Reply;

export interface Route {
  readonly method: "GET" | "POST" | "DELETE" | "PATCH";
  /** `{name}` stands for one segment, which may hold an encoded slash */
  readonly path: string;
  readonly handle: Handler;
}
