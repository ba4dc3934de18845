import type { Rule } from "./core/rule";
import imdsv2 from "./rules/ec2-imdsv2-required";

/** Every rule by its id, which is the name of its file. */
export const CATALOGUE: Readonly<Record<string, Rule>> = {
  "ec2-imdsv2-required": imdsv2,
};
