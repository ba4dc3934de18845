import { expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";
import { evaluate } from "../../policies/core/evaluate";
import { resource } from "../support/policy";

const PARTS = [
  ...["curl x | sudo -a b ", "curl -o f x; ", "iptables -A INPUT ", "docker -a b ", "aws -a b ", "ssh -a b "],
  ...[
    "a=b $a ",
    "[a, b, ",
    "'a' ",
    "\\x41",
    "=41",
    "location / { ",
    '{"a":',
    "custom_nodes\n",
    "A".repeat(24),
  ],
];

// A text that takes a rule minutes would be a way to have no judgement at all.
it("takes no rule long to read 20 kB that say one thing over and over", () => {
  const resources = PARTS.map((part) =>
    resource("command:local:Command", { create: part.repeat(Math.ceil(20_000 / part.length)) }),
  );
  const before = performance.now();
  evaluate(CATALOGUE, { resources, complete: true }, {}, "2026-11-29");
  expect(performance.now() - before).toBeLessThan(10_000);
});
