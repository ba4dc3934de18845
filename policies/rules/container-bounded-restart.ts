import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { asNumber, CONTAINER, word } from "../facts/docker";

const MOST_TRIES = 5;

const rule: ResourceRule = {
  description: "A container is restarted after a failure at most five times.",
  why: "A crash loop hides an attack that needs many tries, and its log fills.",
  fix: 'set restart to "on-failure" and maxRetryCount to 5; what must come back after the machine was off says so in an exception.',
  severity: "low",
  enforcement: "advisory",
  references: [{ catalogue: "cis-docker", id: "5.15" }],
  types: [CONTAINER],
  checkResource(resource, report) {
    const restart = word(valueAt(resource, "restart"));
    expectAt(report, resource, "restart", '"no" or "on-failure"', (value) =>
      ["", "no", "on-failure"].includes(word(value)),
    );
    if (restart === "on-failure") {
      expectAt(report, resource, "maxRetryCount", "1 to 5", (value) => {
        const tries = asNumber(value);
        return tries >= 1 && tries <= MOST_TRIES;
      });
    }
  },
};
export default rule;
