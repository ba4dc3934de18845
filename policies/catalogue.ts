import type { Rule } from "./core/rule";
import ec2Imdsv2Required from "./rules/ec2-imdsv2-required";
import sgIngressOnly443And22 from "./rules/sg-ingress-only-443-and-22";
import sgNoWorldIngress from "./rules/sg-no-world-ingress";

/** Every rule by its id, which is the name of its file. */
export const CATALOGUE: Readonly<Record<string, Rule>> = {
  "ec2-imdsv2-required": ec2Imdsv2Required,
  "sg-ingress-only-443-and-22": sgIngressOnly443And22,
  "sg-no-world-ingress": sgNoWorldIngress,
};
