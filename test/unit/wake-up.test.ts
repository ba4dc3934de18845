/** The whole program for AWS over a machine that is found stopped. */
import { beforeAll, describe, expect, it } from "vitest";
import { type AwsPlan, awsPlan } from "../support/aws-plan";

const STOPPED = "i-0aaaaaaaaaaaaaaaa";
const LAUNCHED = "2026-11-20T08:00:00Z";
const asked: Record<string, unknown>[] = [];

/** A plan for a machine in one of EC2's states. */
const planFor = (state: string) =>
  awsPlan({}, (token, args) => {
    if (token === "aws:ec2/getInstances:getInstances") {
      asked.push(args);
      return { ids: (args.instanceStateNames as string[]).includes(state) ? [STOPPED] : [] };
    }
    return token === "aws:ec2/getInstance:getInstance" && args.instanceId === STOPPED
      ? { id: STOPPED, launchTime: LAUNCHED }
      : undefined;
  });
const names = ({ resources }: AwsPlan) => resources.map(({ name }) => name);

describe("a machine that is found stopped", () => {
  let plan: AwsPlan;

  beforeAll(async () => {
    plan = await planFor("stopped");
  }, 60_000);

  it("is looked for by the tags that the machine has", () => {
    const { tags } = plan.named("vm-instance").inputs;
    expect(asked[0]?.instanceTags).toEqual({ Name: "comfy-aws-vm", "comfy-fortress.stack": "aws" });
    expect(tags).toMatchObject(asked[0]?.instanceTags as object);
  });

  it("is started, once it has its address, and goes with the machine", () => {
    const { inputs, dependencies, deletedWith } = plan.named("vm-wake-up");
    const machine = plan.named("vm-instance").urn;
    expect(inputs).toMatchObject({ state: "running", instanceId: expect.stringMatching(/^i-/) });
    expect(dependencies).toEqual(expect.arrayContaining([machine, plan.named("vm-address-association").urn]));
    expect(deletedWith).toBe(machine);
  });

  it("is waited for, before the engine on it is asked anything", () => {
    const again = plan.named("docker-host-ready-again");
    expect(again.inputs.triggers).toEqual([expect.stringMatching(/^i-/), LAUNCHED]);
    expect(again.inputs.create).toBe(plan.named("docker-host-ready").inputs.create);
    expect(again.dependencies).toContain(plan.named("vm-wake-up").urn);
    for (const name of ["docker-host-engine", "docker-host-image-sweep", "docker-host-capacity"]) {
      expect(plan.named(name).dependencies, name).toContain(again.urn);
    }
    const order = names(plan);
    const after = plan.resources.filter(({ type }) => /^(docker:|command:remote:)/.test(type));
    expect(after.length).toBeGreaterThan(50);
    for (const { name } of after) {
      expect(order.indexOf(name), name).toBeGreaterThan(order.indexOf(again.name));
    }
  });

  it("changes nothing else of what the program asks for", async () => {
    const running = await planFor("running");
    const more = names(plan).filter((name) => !names(running).includes(name));
    expect(more.sort()).toEqual(["docker-host-ready-again", "vm-wake-up"]);
    expect(names(running).filter((name) => !names(plan).includes(name))).toEqual([]);
  }, 60_000);

  it("is started as well while it is still on its way down", async () => {
    expect(names(await planFor("stopping"))).toContain("vm-wake-up");
  }, 60_000);
});
