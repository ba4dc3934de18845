import type { ResourceRule } from "../core/rule";
import { namesSecret } from "../facts/secrets";

const rule: ResourceRule = {
  description:
    "A secret comes from RandomPassword or RandomBytes, not from a kind of random value that is kept in the clear or can be guessed.",
  why: "RandomId, RandomString, RandomUuid, RandomPet, RandomInteger and RandomShuffle stand in the state as plain text, and most have few bits.",
  fix: "use RandomPassword or RandomBytes for it.",
  severity: "high",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "11.5.1" }],
  types: [
    "random:index/randomId:RandomId",
    "random:index/randomUuid:RandomUuid",
    "random:index/randomUuid4:RandomUuid4",
    "random:index/randomUuid7:RandomUuid7",
    "random:index/randomString:RandomString",
    "random:index/randomPet:RandomPet",
    "random:index/randomInteger:RandomInteger",
    "random:index/randomShuffle:RandomShuffle",
  ],
  checkResource(resource, report) {
    if (namesSecret(resource.name)) {
      const found = resource.type.split(":").at(-1);
      report.violation({ resource, path: "", found, wanted: "RandomPassword or RandomBytes for a secret" });
    }
  },
};
export default rule;
