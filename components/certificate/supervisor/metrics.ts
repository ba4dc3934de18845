import { type AlarmLevel, alarmLevel, daysLeft } from "./alarm";
import type { Validity } from "./pair";
import type { State } from "./state";

const LEVELS: readonly AlarmLevel[] = ["none", "warning", "critical", "expired"];

/**
 * The certificate's health in Prometheus's text format. Times are seconds since 1970, 0 for never.
 *
 * @param validity of the certificate offered to the gateway; undefined before the first
 */
export function renderMetrics(state: State, validity: Validity | undefined, now: number): string {
  const level = validity === undefined ? "none" : alarmLevel(validity, now);
  return [
    ...gauge(
      "issued",
      "1 when a certificate is offered to the gateway, 0 before the first.",
      validity ? 1 : 0,
    ),
    ...(validity === undefined
      ? []
      : [
          ...gauge(
            "not_after_timestamp_seconds",
            "When the certificate expires.",
            seconds(validity.notAfter),
          ),
          ...gauge(
            "days_to_expiry",
            "Days until then when this was written.",
            daysLeft(validity, now).toFixed(3),
          ),
        ]),
    ...gauge(
      "alarm_level",
      "0 none, 1 within 21 days of expiry, 2 within 7, 3 expired.",
      LEVELS.indexOf(level),
    ),
    ...gauge("last_success_timestamp_seconds", "Last check that ended well.", seconds(state.lastSuccessAt)),
    ...gauge("last_failure_timestamp_seconds", "Last check that failed.", seconds(state.lastFailureAt)),
    ...gauge("consecutive_failures", "Failed checks since the last good one.", state.consecutiveFailures),
    ...gauge("next_check_timestamp_seconds", "When the next check is due.", seconds(state.nextCheckAt)),
    ...gauge("metrics_timestamp_seconds", "When this was written.", seconds(now)),
    "",
  ].join("\n");
}

function gauge(name: string, help: string, value: number | string): string[] {
  const metric = `comfy_certificate_${name}`;
  return [`# HELP ${metric} ${help}`, `# TYPE ${metric} gauge`, `${metric} ${value}`];
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
