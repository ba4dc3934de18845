import type { Resource } from "./resource";
import type { Finding } from "./rule";

/** A violation that somebody answers for, until a day. */
export interface Exception {
  /** Logical name of the resource; `*` stands for any characters, beside three of its own or more in a row. */
  readonly resource: string;
  /** Why the rule need not hold there. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** Last day that it counts, as YYYY-MM-DD, two years ahead at most. */
  readonly expires: string;
  /** Path of the one property it covers, e.g. `ports`; everything below it too. Defaults to the whole resource. */
  readonly path?: string;
}

export interface Excuse {
  readonly violations: Finding[];
  readonly excused: { finding: Finding; exception: Exception }[];
  /** What is wrong with the exceptions themselves, in sentences. */
  readonly problems: string[];
}

const LEAST_REASON = 10;
/** Blanks that are none to `trim`, and dots, are no words. */
const LEAST_LETTERS = 5;
/** Two years: an end that nobody lives to see is none. */
const LONGEST_DAYS = 731;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Parts findings into violations and those that an exception in order covers. */
export function excuse(
  findings: readonly Finding[],
  exceptions: readonly Exception[],
  today: string,
): Excuse {
  const problems = exceptions.flatMap((exception) => {
    const problem = exceptionProblem(exception, today);
    return problem === undefined ? [] : [problem];
  });
  const inOrder = exceptions.filter((exception) => exceptionProblem(exception, today) === undefined);
  const violations: Finding[] = [];
  const excused: Excuse["excused"] = [];
  for (const finding of findings) {
    const exception = inOrder.find((one) => covers(one, finding));
    if (exception === undefined) {
      violations.push(finding);
    } else {
      excused.push({ finding, exception });
    }
  }
  return { violations, excused, problems };
}

/** What is wrong with an exception, with what is allowed and how to mend it; undefined when it is in order. */
export function exceptionProblem(exception: Exception, today: string): string | undefined {
  const { resource, reason, owner, expires } = exception;
  const named = `The exception for ${JSON.stringify(resource)}`;
  if (typeof resource !== "string" || !namesAResource(resource)) {
    return `${named} names no resource: give its logical name; * may stand for a part of it only, beside three letters or more.`;
  }
  if (typeof reason !== "string" || !isReason(reason)) {
    return `${named} has no reason (${JSON.stringify(reason)}): say in a sentence why the rule need not hold there.`;
  }
  if (typeof owner !== "string" || owner.trim() === "") {
    return `${named} has no owner: name the person or team that answers for it.`;
  }
  if (typeof expires !== "string" || !isDay(expires)) {
    return `${named} has no end (${JSON.stringify(expires)}): give the last day it counts as YYYY-MM-DD.`;
  }
  if (expires < today) {
    return `${named} ended on ${expires}: mend the resource, or look at the reason again and give a new day.`;
  }
  return daysBetween(today, expires) > LONGEST_DAYS
    ? `${named} ends only on ${expires}: give a day within two years, on which somebody looks at the reason again.`
    : undefined;
}

function namesAResource(pattern: string): boolean {
  return pattern.includes("*") ? /[\p{L}\p{N}]{3}/u.test(pattern) : pattern.trim() !== "";
}

function daysBetween(first: string, last: string): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS;
}

function isReason(text: string): boolean {
  const letters = text.replace(/[^\p{L}\p{N}]/gu, "");
  return text.trim().length >= LEAST_REASON && letters.length >= LEAST_LETTERS;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

function covers({ resource: pattern, path }: Exception, finding: Finding): boolean {
  return matches(pattern, finding.resource) && (path === undefined || isWithin(finding.path, path));
}

function matches(pattern: string, { name }: Resource): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
