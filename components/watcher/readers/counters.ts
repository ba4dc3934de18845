import { readFileSync, statSync } from "node:fs";
import type { Counters } from "../detection/counters";

/** The pod writes its counters every 5 seconds. */
const STALE_MS = 30_000;

/** Reads what nft printed. @throws where there is no such file, it is old, or no counters are in it */
export function readCounters(path: string, now: number): Counters {
  const age = now - statSync(path).mtimeMs;
  if (age > STALE_MS) {
    throw new Error(`${path} is ${Math.round(age / 1000)} s old`);
  }
  return parseCounters(readFileSync(path, "utf8"));
}

/** The packets of each named counter in nft's JSON. @throws where there is none */
export function parseCounters(text: string): Counters {
  const { nftables } = JSON.parse(text) as { nftables?: { counter?: { name: string; packets: number } }[] };
  const counters = (nftables ?? []).flatMap(({ counter }): [string, number][] =>
    counter === undefined ? [] : [[counter.name, counter.packets]],
  );
  if (counters.length === 0) {
    throw new Error("nft printed no counters");
  }
  return Object.fromEntries(counters);
}
