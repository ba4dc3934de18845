/** When the machine is started and stopped by the clock. */
export interface Schedule {
  /** When it is started: `HH:MM` every day, or on days of the week, as `MON-FRI 08:00` and `MON,WED 08:00`. */
  readonly start?: string;
  /** When it is stopped, in the same form. A job that runs then is lost. */
  readonly stop?: string;
  /** Time zone of the IANA database, such as `Europe/Berlin`; its summer time counts. */
  readonly timeZone: string;
}

const DAY = "(?:MON|TUE|WED|THU|FRI|SAT|SUN)";
const TIME = new RegExp(`^(?:(${DAY}-${DAY}|${DAY}(?:,${DAY})*) )?([01]\\d|2[0-3]):([0-5]\\d)$`);

/** Whether a text is a time of the schedule. */
export function isScheduleTime(text: string): boolean {
  return TIME.test(text);
}

/** Whether a text names a time zone. */
export function isTimeZone(text: string): boolean {
  try {
    // An offset such as +01:00 is one for JavaScript but not for EventBridge.
    return /^[A-Za-z]/.test(text) && new Intl.DateTimeFormat("en", { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}

/**
 * A time of the schedule in the words of EventBridge Scheduler.
 *
 * @throws where it is not one
 */
export function cronExpression(time: string): string {
  const [, days = "*", hour, minute] = TIME.exec(time) ?? [];
  if (hour === undefined || minute === undefined) {
    throw new Error(
      `"${time}" is not a time of a schedule: HH:MM, or days before it, such as MON-FRI 08:00 or MON,WED 08:00.`,
    );
  }
  return `cron(${Number(minute)} ${Number(hour)} ? * ${days} *)`;
}
