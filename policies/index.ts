import { PolicyPack } from "@pulumi/policy";
import { CATALOGUE } from "./catalogue";
import { toPolicy } from "./core/pack";
import { shippedPackConfig } from "./core/shipped-config";

const today = () => new Date().toISOString().slice(0, 10);

new PolicyPack(
  "comfy-fortress",
  { policies: Object.entries(CATALOGUE).map(([id, rule]) => toPolicy(id, rule, today)) },
  shippedPackConfig(__dirname),
);
