import { ftruncateSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import type { TALLY_FIELDS } from "../../tally";

/** What nginx says of one request; see `TALLY_FIELDS`. */
export type TallyLine = Record<(typeof TALLY_FIELDS)[number], string>;

/** Undefined where the line is not one. The last field, nginx's list of the upstreams' times, may have spaces in it. */
export function parseTallyLine(line: string): TallyLine | undefined {
  const [method, route, status, verdict, auth, handling, ...times] = line.split(" ");
  const upstreamSeconds = times.join(" ");
  if (!method || !route || !status || !verdict || !auth || !handling || !upstreamSeconds) return undefined;
  return { method, route, status, verdict, auth, handling, upstreamSeconds };
}

/** One piece is counted at a time, so that decisions never wait for long: 16 KiB are about 400 requests. */
const PIECE_BYTES = 16 * 1024;

/** From this size on the log is emptied; the tmpfs has room for 16 times as much. */
const FULL_BYTES = 1024 * 1024;

/** Reads nginx's tally as it grows, from where it is at first: what was before belongs to counters that are gone. */
export class TallyReader {
  readonly #path: string;
  readonly #fullBytes: number;
  #position: number | undefined;

  constructor(path: string, fullBytes = FULL_BYTES) {
    this.#path = path;
    this.#fullBytes = fullBytes;
  }

  /**
   * Hands out every line that is new, with how often it is there: under load most lines are alike, and counting one is
   * what costs. nginx appends whole lines only.
   *
   * @throws where the log cannot be read; ENOENT before nginx has made it
   */
  async drain(take: (line: string, times: number) => void): Promise<void> {
    const file = await open(this.#path, "r+");
    try {
      const { size } = await file.stat();
      let position = this.#position ?? size;
      // A new file, after the volume was mounted anew.
      if (position > size) position = 0;
      const piece = Buffer.alloc(PIECE_BYTES);
      let rest = "";
      const takePiece = (bytes: number) => {
        position += bytes;
        const lines = (rest + piece.toString("latin1", 0, bytes)).split("\n");
        rest = lines.pop() ?? "";
        const alike = new Map<string, number>();
        for (const line of lines) alike.set(line, (alike.get(line) ?? 0) + 1);
        for (const [line, times] of alike) take(line, times);
      };
      for (;;) {
        const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, position);
        if (bytesRead === 0) break;
        takePiece(bytesRead);
      }
      if (position >= this.#fullBytes) {
        // At once: what nginx appends between the last look and the emptying is lost.
        let bytes = readSync(file.fd, piece, 0, PIECE_BYTES, position);
        while (bytes > 0) {
          takePiece(bytes);
          bytes = readSync(file.fd, piece, 0, PIECE_BYTES, position);
        }
        ftruncateSync(file.fd, 0);
        position = 0;
      }
      this.#position = position;
    } finally {
      await file.close();
    }
  }
}
