import { describe, expect, it } from "vitest";
import { powerPolicy } from "../../components/power";
import { cronExpression, isScheduleTime, isTimeZone } from "../../components/power/schedule";

describe("a time of the schedule", () => {
  it.each([
    ["08:00", "cron(0 8 ? * * *)"],
    ["00:05", "cron(5 0 ? * * *)"],
    ["MON-FRI 20:30", "cron(30 20 ? * MON-FRI *)"],
    ["SAT 23:59", "cron(59 23 ? * SAT *)"],
    ["MON,WED,FRI 07:00", "cron(0 7 ? * MON,WED,FRI *)"],
  ])("%s is %s", (time, expected) => {
    expect([isScheduleTime(time), cronExpression(time)]).toEqual([true, expected]);
  });

  it.each([
    "8:00",
    "24:00",
    "08:60",
    "MON-FRI",
    "Mon 08:00",
    "MON-WED,FRI 08:00",
    "MON  08:00",
    "08:00 UTC",
    "",
  ])("is not %j", (time) => {
    expect(isScheduleTime(time)).toBe(false);
    expect(() => cronExpression(time)).toThrow(
      `"${time}" is not a time of a schedule: HH:MM, or days before it`,
    );
  });
});

describe("a time zone", () => {
  it.each([
    ["Europe/Berlin", true],
    ["UTC", true],
    ["America/Argentina/Buenos_Aires", true],
    ["+01:00", false],
    ["Mars/Olympus", false],
    ["", false],
  ])("%s: %s", (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});

describe("the scheduler's role", () => {
  it("may do what is scheduled with the one machine", () => {
    const arn = "arn:aws:ec2:us-east-1:123456789012:instance/i-1";
    expect(powerPolicy(arn, ["stopInstances"]).Statement).toEqual([
      { Effect: "Allow", Action: ["ec2:StopInstances"], Resource: arn },
    ]);
  });
});
