import { describe, expect, it } from "vitest";
import { COUNTERS, renderFirewall } from "../../components/pod/firewall";
import { PORT, UID } from "../../components/shared/pod-layout";

const rules = renderFirewall()
  .split("\n")
  .map((line) => line.trim());
const chain = (name: string) => {
  const from = rules.indexOf(`chain ${name} {`);
  expect(from, name).toBeGreaterThan(-1);
  return rules.slice(from + 1, rules.indexOf("}", from)).filter((rule) => !rule.startsWith("#"));
};

describe("the pod's firewall", () => {
  it("is for IPv4 and IPv6 alike, and replaces whatever was there", () => {
    expect(rules.filter((rule) => rule.startsWith("table"))).toEqual(["table inet pod {"]);
    expect(rules[0]).toBe("flush ruleset");
  });

  it.each(["input", "forward", "output"])("drops by default: %s", (name) => {
    expect(chain(name)[0]).toMatch(/policy drop;$/);
  });

  it("lets new connections in on the gateway's port only", () => {
    const opened = chain("input").filter((rule) => rule.includes("dport"));
    expect(opened).toEqual([`tcp dport ${PORT.gateway} accept`]);
  });

  it("judges every socket by its user before anything is accepted on the way out", () => {
    const [, byUser, everybody, ...kernel] = chain("output");
    expect(byUser).toBe(
      `meta skuid vmap { ${UID.gateway} : goto gateway, ${UID.comfyui} : goto comfyui, ${UID.authorizer} : goto authorizer }`,
    );
    expect(everybody).toBe("meta skuid >= 0 goto other");
    expect(kernel.at(-1)).toBe("goto other");
  });

  it("lets ComfyUI answer from its own port, on loopback, and nothing else", () => {
    expect(chain("comfyui")).toEqual([
      `oif "lo" tcp sport ${PORT.comfyui} ct state established accept`,
      "counter name refused_out_comfyui reject with icmpx admin-prohibited",
    ]);
  });

  it("lets the gateway answer clients, and ask the authorizer and ComfyUI", () => {
    expect(chain("gateway")).toEqual([
      `tcp sport ${PORT.gateway} ct state established accept`,
      `oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept`,
      "counter name refused_out_gateway reject with icmpx admin-prohibited",
    ]);
  });

  it("lets the authorizer ask ComfyUI and itself", () => {
    expect(chain("authorizer")).toEqual([
      `oif "lo" tcp sport ${PORT.authorizer} ct state established accept`,
      `oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept`,
      "counter name refused_out_authorizer reject with icmpx admin-prohibited",
    ]);
  });

  it("counts everything that it refuses, each counter at one place", () => {
    for (const counter of COUNTERS) {
      expect(rules, counter).toContain(`counter ${counter} {}`);
      expect(
        rules.filter((rule) => rule.startsWith(`counter name ${counter} `)),
        counter,
      ).toHaveLength(1);
    }
    expect(chain("other")).toEqual(["counter name refused_out_other reject with icmpx admin-prohibited"]);
  });
});
