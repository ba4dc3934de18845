const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Longest time between two checks of a healthy certificate: twice a day, as the authorities ask for. */
export const CHECK_INTERVAL_MS = 12 * HOUR_MS;

/** Five refused validations an hour are all that Let's Encrypt grants a name: 0, 5, 15, 35 minutes stay below. */
const FIRST_RETRY_MS = 5 * MINUTE_MS;
const LONGEST_RETRY_MS = 6 * HOUR_MS;

/** Share of a delay that chance takes off or adds, so that not everybody asks at the same minute. */
const CHECK_JITTER = 0.2;
const RETRY_JITTER = 0.1;

/**
 * Milliseconds until the next check: at most 12 hours after a success; after failures 5 minutes, doubled for each
 * further one up to 6 hours.
 *
 * @param consecutiveFailures failures since the last success, 0 after a success
 * @param random a number from 0 up to, not including, 1
 */
export function delayAfter(consecutiveFailures: number, random: number): number {
  if (consecutiveFailures === 0) {
    return CHECK_INTERVAL_MS * (1 - CHECK_JITTER * random);
  }
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (consecutiveFailures - 1), LONGEST_RETRY_MS);
  return delay * (1 + RETRY_JITTER * random);
}
