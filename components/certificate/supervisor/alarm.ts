import type { Validity } from "./pair";

export const DAY_MS = 86_400_000;

/** Days before expiry from which on each check that brought no new certificate raises an alarm. */
export const WARNING_DAYS = 21;
export const CRITICAL_DAYS = 7;

export type AlarmLevel = "none" | "warning" | "critical" | "expired";

/** Days until a certificate expires, with fractions; negative afterwards. */
export function daysLeft({ notAfter }: Validity, now: number): number {
  return (notAfter - now) / DAY_MS;
}

/**
 * How loudly to call for somebody. A certificate that is not due for renewal yet raises none: of the 45 days that Let's
 * Encrypt will issue for, the last 21 begin long before that is so.
 */
export function alarmLevel(validity: Validity, now: number): AlarmLevel {
  const days = daysLeft(validity, now);
  if (days <= 0) {
    return "expired";
  }
  if (!isDueForRenewal(validity, now) || days > WARNING_DAYS) {
    return "none";
  }
  return days > CRITICAL_DAYS ? "warning" : "critical";
}

/** Certbot's rule: a third of the lifetime is left, or half of one that is shorter than 10 days. */
function isDueForRenewal({ notBefore, notAfter }: Validity, now: number): boolean {
  const lifetime = notAfter - notBefore;
  return notAfter - now < lifetime / (lifetime < 10 * DAY_MS ? 2 : 3);
}
