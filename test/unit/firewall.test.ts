import { describe, expect, it } from "vitest";
import { renderFirewall } from "../../components/pod/firewall";
import { PORT, UID } from "../../components/shared/pod-layout";

const rules = renderFirewall()
  .split("\n")
  .map((line) => line.trim());
const chain = (name: string) => {
  const from = rules.indexOf(`chain ${name} {`);
  return rules.slice(from + 1, rules.indexOf("}", from));
};

describe("the pod's firewall", () => {
  it.each(["input", "forward", "output"])("drops by default: %s", (name) => {
    expect(chain(name)[0]).toMatch(/policy drop;$/);
  });

  it("lets new connections in on the gateway's port, and on the metrics' from the host only", () => {
    const opened = chain("input").filter((rule) => rule.includes("dport"));
    expect(opened).toEqual([
      `tcp dport ${PORT.gateway} accept`,
      `ip saddr @host tcp dport ${PORT.metrics} accept`,
    ]);
    // Empty until the entrypoint knows the host.
    expect(renderFirewall()).toMatch(/set host \{\s+type ipv4_addr\s+\}/);
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
