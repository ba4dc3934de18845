import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";
import { evaluate } from "../../policies/core/evaluate";
import { readConfig, SHIPPED_CONFIG } from "../../policies/core/shipped-config";
import { resource } from "../support/policy";

const CONTAINER = "docker:index/container:Container";
const config = readConfig(readFileSync(SHIPPED_CONFIG, "utf8"), Object.keys(CATALOGUE));
const LEAF = "tls:index/locallySignedCert:LocallySignedCert";
const leaf = resource(LEAF, { validityPeriodHours: 8760 }, "pki-server");
/** What the stack asks for beyond a rule. */
const NEEDED = [
  ...["pod", "gateway-authorizer", "gateway-nginx", "comfyui", "watcher", "certificate", "meter"].map(
    (part) => ({
      rule: "container-bounded-restart",
      it: resource(CONTAINER, { restart: "unless-stopped" }, `${part}-container`),
    }),
  ),
  {
    rule: "container-bounded-restart",
    it: resource(CONTAINER, { restart: "unless-stopped" }, "watcher-probe"),
  },
  { rule: "container-health-check", it: resource(CONTAINER, {}, "watcher-probe") },
  ...["pod", "watcher", "meter", "certificate"].map((part) => ({
    rule: "container-health-check",
    it: resource(CONTAINER, {}, `${part}-container`),
  })),
  ...["NET_ADMIN", "SETGID", "SETPCAP", "SETUID"].map((name) => ({
    rule: "container-no-added-capability",
    it: resource(CONTAINER, { capabilities: { adds: [`CAP_${name}`] } }, "pod-container"),
  })),
  ...["comfyui", "comfyui-trial", "watcher", "meter"].map((part) => ({
    rule: "container-no-devices",
    it: resource(CONTAINER, { gpus: "all" }, `${part}-container`),
  })),
  {
    rule: "container-apparmor-confined",
    it: resource(CONTAINER, { securityOpts: ["a=b", "c=d", "label=disable"] }, "watcher-container"),
  },
  { rule: "container-no-host-namespaces", it: resource(CONTAINER, { pidMode: "host" }, "watcher-container") },
  {
    rule: "container-no-host-namespaces",
    it: resource(CONTAINER, { networkMode: "host" }, "certificate-container"),
  },
  { rule: "container-non-root", it: resource(CONTAINER, { user: "0:0" }, "pod-container") },
  { rule: "tls-leaf-lifetime-short", it: leaf },
];

describe("the exceptions that the stack ships with", () => {
  it.each(NEEDED)("$rule: $it.name needs its exception", ({ rule: id, it: one }) => {
    const rules = { [id]: CATALOGUE[id] ?? expect.unreachable(id) };
    const judged = (given: typeof config) =>
      evaluate(rules, { resources: [one], complete: true }, given, "2026-11-24")[0]?.violations.length;
    expect(judged(config)).toBe(0);
    expect(judged({})).toBe(1);
  });

  it("do not cover another capability, or another's", () => {
    const rules = { rule: CATALOGUE["container-no-added-capability"] ?? expect.unreachable() };
    const given = { rule: config["container-no-added-capability"] ?? {} };
    const others = [
      resource(CONTAINER, { capabilities: { adds: ["SYS_ADMIN"] } }, "pod-container"),
      resource(CONTAINER, { capabilities: { adds: ["NET_ADMIN"] } }, "comfyui-container"),
    ];
    const [outcome] = evaluate(rules, { resources: others, complete: true }, given, "2026-11-24");
    expect(outcome?.violations).toHaveLength(2);
  });
});
