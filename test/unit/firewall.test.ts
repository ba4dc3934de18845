import { describe, expect, it } from "vitest";
import { renderFirewall } from "../../components/pod/firewall";
import { PORT, UID } from "../../components/shared/pod-layout";

const lines = (ipv6: boolean) =>
  renderFirewall(ipv6)
    .split("\n")
    .map((line) => line.trim());
const chain = (name: string, rules = lines(true)) => {
  const from = rules.indexOf(`chain ${name} {`);
  return rules.slice(from + 1, rules.indexOf("}", from));
};

describe("the pod's firewall", () => {
  it.each(["input", "forward", "output"])("drops by default: %s", (name) => {
    expect(chain(name)[0]).toMatch(/policy drop;$/);
  });

  it("lets new connections in where the gateway listens only, told apart by family", () => {
    const opened = (ipv6: boolean) => chain("input", lines(ipv6)).filter((rule) => rule.includes("dport"));
    const ipv4 = `meta nfproto ipv4 tcp dport ${PORT.gateway} accept`;
    expect(opened(false)).toEqual([ipv4]);
    expect(opened(true)).toEqual([ipv4, `meta nfproto ipv6 tcp dport ${PORT.gatewayIpv6} accept`]);
  });

  it("accepts nothing new from ComfyUI's user", () => {
    const accepts = chain("output").filter((rule) => rule.endsWith("accept"));
    expect(accepts.filter((rule) => rule.includes(String(UID.comfyui)))).toEqual([]);
    // Every accept is for a named user, for answers, or for neighbour discovery: none is for everybody.
    for (const rule of accepts) {
      expect(rule).toMatch(/^(ct state established,related|oif "lo" meta skuid \d+|icmpv6 type)/);
    }
  });

  it("keeps the authorizer, which trusts what it is told, to the gateway and itself", () => {
    const towards = chain("output").filter(
      (rule) => rule.includes(String(PORT.authorizer)) && rule.endsWith("accept"),
    );
    expect(towards.map((rule) => Number(/skuid (\d+)/.exec(rule)?.[1]))).toEqual([
      UID.gateway,
      UID.authorizer,
    ]);
  });
});
