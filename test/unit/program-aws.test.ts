/** The whole program for the target aws, with the settings of Pulumi.aws.yaml; gpu-vm.test.ts shows the machine. */
import { beforeAll, describe, expect, it } from "vitest";
import { planTable } from "../../infra/plan/print";
import { type AwsPlan, awsPlan } from "../support/aws-plan";

let plan: AwsPlan;

beforeAll(async () => {
  plan = await awsPlan();
}, 60_000);

const COMPONENT_TYPES = /^(docker|command|pulumi:providers|aws|tls|random):?/;
/** Where a resource is: what docker and commands make lies on the machine, a local command's result does not. */
const onMachine = ({ type }: { type: string }) => /^(docker:|command:remote:)/.test(type);

describe("the whole program for AWS", () => {
  it("has every part of the stack on the machine", () => {
    const containers = plan.ofType("docker:index/container:Container").map(({ inputs }) => inputs.name);
    const parts = ["authorizer", "certificate", "comfyui", "gateway", "meter", "pod", "watcher"];
    expect(containers).toEqual(expect.arrayContaining(parts.map((part) => `comfy-aws-${part}`)));
  });

  it("gives the end of the machine to all that lies on it, so that a new one gets it anew and a lost one is let go", () => {
    const machine = plan.named("vm-instance").urn;
    const there = plan.resources.filter(onMachine);
    expect(there.length).toBeGreaterThan(50);
    for (const { name, deletedWith } of there) {
      expect(deletedWith, name).toBe(machine);
    }
    const others = plan.resources
      .filter(({ deletedWith }) => deletedWith === machine)
      .filter((one) => !onMachine(one));
    expect(others.map(({ name }) => name).sort()).toEqual(
      expect.arrayContaining(["vm-address-association", "vm-data-attachment"]),
    );
    // What outlives the machine is none of that.
    for (const name of ["vm-data-volume", "vm-disk-key", "vm-address", "vm-login-key", "vm-host-key"]) {
      expect(plan.named(name).deletedWith, name).toBe("");
    }
  });

  it("names every child after its component, once", () => {
    const names = plan.resources.map(({ type, name }) => `${type}::${name}`);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, parent, type } of plan.resources.filter(({ type }) => COMPONENT_TYPES.test(type))) {
      const component = parent.split("::").at(-1) ?? "";
      expect(component, `${type} ${name} has no component`).not.toBe("");
      expect(name.startsWith(`${component}-`), `${name} of ${component}`).toBe(true);
    }
  });

  it("reaches the machine by its address, as the stack's user, with the key and host key that the stack made", () => {
    const address = plan.named("vm-address");
    const commands = plan.ofType("command:remote:Command");
    expect(commands.length).toBeGreaterThan(5);
    for (const { name, inputs, secretKeys } of commands) {
      expect(inputs.connection, name).toMatchObject({
        host: "198.51.100.10",
        user: "ubuntu",
        hostKey: expect.stringMatching(/^ssh-ed25519 /),
        privateKey: expect.stringContaining("OPENSSH PRIVATE KEY"),
      });
      expect(secretKeys, name).toContain("connection");
    }
    expect(address.inputs).toMatchObject({ domain: "vpc" });
    expect(plan.named("docker-host-engine").inputs.host).toBe("ssh://ubuntu@198.51.100.10");
  });

  it("puts nothing on the machine, and asks it nothing, before it is ready", () => {
    const byUrn = new Map(plan.resources.map((one) => [one.urn, one]));
    const provider = plan.named("docker-host-engine").urn;
    // The engine makes a provider before what it makes.
    const needs = (urn: string) => {
      const { type = "", dependencies = [] } = byUrn.get(urn) ?? {};
      return type.startsWith("docker:") ? [...dependencies, provider] : dependencies;
    };
    const waitsFor = (urn: string, seen = new Set<string>()): Set<string> => {
      for (const next of needs(urn)) {
        if (!seen.has(next)) waitsFor(next, seen.add(next));
      }
      return seen;
    };
    const gate = plan.named("docker-host-ready").urn;
    const others = plan.ofType("command:remote:Command").filter(({ urn }) => urn !== gate);
    const early = others.filter(({ urn }) => !waitsFor(urn).has(gate));
    expect(early.map(({ name }) => name)).toEqual([]);
    expect(waitsFor(provider)).toContain(gate);
    expect(waitsFor(gate)).toContain(plan.named("vm-address-association").urn);
  });

  it("publishes 443 and nothing else, on the pod", () => {
    const published = plan.resources.flatMap(({ name, inputs }) =>
      Array.isArray(inputs.ports) ? inputs.ports.map((port) => [name, port.external, port.ip]) : [],
    );
    expect(published).toEqual([
      ["pod-container", 443, "0.0.0.0"],
      ["pod-container", 443, "::"],
    ]);
  });

  it("has ComfyUI compute on the GPU, and Certbot prove the domain in its zone", () => {
    expect(plan.named("comfyui-container").inputs.gpus).toBe("all");
    const { envs } = plan.named("certificate-container").inputs as { envs: string[] };
    expect(envs.join()).toContain("dns-route53");
    const policy = String(plan.named("vm-acme-policy").inputs.policy);
    expect(policy).toContain("hostedzone/Z0123456789ABCDEFGHIJ");
    expect(policy).toContain("_acme-challenge.comfy.example.com");
  });

  it("writes to log groups that a key of the stack's own encrypts", () => {
    const [logs, disks] = ["logs-key", "vm-disk-key"].map((name) => plan.named(name));
    const groups = plan.ofType("aws:cloudwatch/logGroup:LogGroup");
    expect(groups.map(({ inputs }) => [inputs.name, inputs.retentionInDays]).sort()).toEqual([
      ["/comfy-fortress/aws", 365],
      ["/comfy-fortress/aws/flow", 365],
    ]);
    expect(new Set(groups.map(({ inputs }) => inputs.kmsKeyId)).size).toBe(1);
    expect(logs?.inputs.policy).not.toBe(disks?.inputs.policy);
    expect(String(logs?.inputs.policy)).toContain("logs.us-east-1.amazonaws.com");
  });

  it("fits all that the machine starts with into user data", () => {
    const userData = String(plan.named("vm-instance").inputs.userData);
    for (const part of ["comfy-power", "amazon-cloudwatch-agent", "169.254.169.123"]) {
      expect(userData).toContain(part);
    }
    expect(Buffer.byteLength(userData)).toBeLessThan(16 * 1024);
  });

  it("keeps secrets out of everything but what is marked as secret", () => {
    for (const { name, inputs, secretKeys } of plan.resources) {
      const plain = Object.fromEntries(Object.entries(inputs).filter(([key]) => !secretKeys.includes(key)));
      expect(JSON.stringify(plain), name).not.toContain("PRIVATE KEY");
    }
  });

  it("hands out where the machine is and how to reach it", () => {
    expect(plan.outputs.endpoint).toBe("https://comfy.example.com");
    expect(JSON.stringify(plan.outputs.vm)).toContain("198.51.100.10");
  });

  it("is shown with what it opens and costs", () => {
    const shown = planTable(plan.resources);
    const part = (title: string) => shown.slice(shown.indexOf(title)).split("\n\n")[0]?.split("\n") ?? [];
    expect(part("OPEN").map((line) => line.replace(/ +/g, " "))).toEqual([
      "OPEN PORT FOR WHY",
      "in 443/tcp 0.0.0.0/0, ::/0 Clients of the gateway",
      "in 22/tcp 203.0.113.7/32 Administrators, and Pulumi on their behalf",
      "out 443/tcp 0.0.0.0/0, ::/0 Packages, models, certificates, AWS",
      "out 80/tcp 0.0.0.0/0, ::/0 Signed package archives",
      "out 123/udp 169.254.169.123/32 Amazon Time Sync",
      "out 53/udp 10.77.0.0/24 Resolver of the VPC",
      "out 53/tcp 10.77.0.0/24 Resolver of the VPC",
    ]);
    const cost = part("COST A MONTH");
    expect(cost[0]).toBe("COST A MONTH, in US dollars, about (us-east-1, prices of 2026-08)");
    const amount = (what: string) => {
      const found = cost.find((line) => line.startsWith(what)) ?? expect.unreachable(`no line ${what}`);
      return Number(found.trim().split(" ").at(-1));
    };
    expect(amount("g6.xlarge, 730 hours on demand")).toBe(587.5);
    expect(amount("data volume, 200 GiB")).toBe(16);
    expect(amount("public IPv4 address")).toBe(3.65);
    const lines = cost.slice(1, -3).map((line) => Number(line.trim().split(" ").at(-1)));
    expect(amount("together")).toBeCloseTo(
      lines.reduce((sum, one) => sum + one, 0),
      1,
    );
    expect(amount("stopped all the month")).toBeLessThan(40);
    expect(cost.at(-1)).toMatch(/^Not included: data transfer/);
  });
});
