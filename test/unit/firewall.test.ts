import { describe, expect, it } from "vitest";
import { COUNTERS, renderFirewall } from "../../components/pod/firewall";
import { PORT, UID } from "../../components/shared/pod-layout";

const lines = (ipv6: boolean) =>
  renderFirewall(ipv6)
    .split("\n")
    .map((line) => line.trim());
const rules = lines(true);
const chain = (name: string, all = rules) => {
  const from = all.indexOf(`chain ${name} {`);
  expect(from, name).toBeGreaterThan(-1);
  return all.slice(from + 1, all.indexOf("}", from)).filter((rule) => !rule.startsWith("#"));
};

describe("the pod's firewall", () => {
  it("is for IPv4 and IPv6 alike, and replaces whatever was there", () => {
    expect(rules.filter((rule) => rule.startsWith("table"))).toEqual(["table inet pod {"]);
    expect(rules[0]).toBe("flush ruleset");
  });

  it.each(["input", "forward", "output"])("drops by default: %s", (name) => {
    expect(chain(name)[0]).toMatch(/policy drop;$/);
  });

  it("lets new connections in where the gateway listens, told apart by family, and to the metrics from the host", () => {
    const opened = (ipv6: boolean) => chain("input", lines(ipv6)).filter((rule) => rule.includes("dport"));
    const metrics = `ip saddr @host tcp dport ${PORT.metrics} accept`;
    const ipv4 = `meta nfproto ipv4 tcp dport ${PORT.gateway} accept`;
    expect(opened(false)).toEqual([metrics, ipv4]);
    expect(opened(true)).toEqual([metrics, ipv4, `meta nfproto ipv6 tcp dport ${PORT.gatewayIpv6} accept`]);
    // Empty until the entrypoint knows the host.
    expect(renderFirewall(false)).toMatch(/set host \{\s+type ipv4_addr\s+\}/);
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
    const ask = [
      `oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui} } accept`,
      "counter name refused_out_gateway reject with icmpx admin-prohibited",
    ];
    const ipv4 = `meta nfproto ipv4 tcp sport ${PORT.gateway} ct state established accept`;
    const ipv6 = `meta nfproto ipv6 tcp sport ${PORT.gatewayIpv6} ct state established accept`;
    expect(chain("gateway", lines(false))).toEqual([ipv4, ...ask]);
    expect(chain("gateway", lines(true))).toEqual([ipv4, ipv6, ...ask]);
  });

  it("lets the authorizer ask ComfyUI and itself, and tell its metrics", () => {
    expect(chain("authorizer")).toEqual([
      `oif "lo" tcp sport ${PORT.authorizer} ct state established accept`,
      `tcp sport ${PORT.metrics} ct state established accept`,
      `oif "lo" tcp dport { ${PORT.authorizer}, ${PORT.comfyui}, ${PORT.metrics} } accept`,
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
