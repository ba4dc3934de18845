import { z } from "zod";

const form = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** What the Pulumi CLI makes of a date without quotes in YAML: `2027-01-31 00:00:00 +0000 UTC`. */
const GO_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d)(?: \S+)?$/;

/**
 * A moment, written as a date (its first moment, UTC) or as in RFC 3339, with or without quotes in YAML. Comes out in
 * UTC and whole seconds, such as `2027-01-31T00:00:00Z`.
 */
export const instant = z.string().transform((text, context) => {
  const written = text.replace(GO_TIME, "$1T$2$3:$4");
  const milliseconds = form.safeParse(written).success ? Date.parse(written) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    context.addIssue({ code: "custom", message: "is not a date or moment" });
    return z.NEVER;
  }
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
});
