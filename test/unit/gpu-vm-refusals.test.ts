/** What only AWS knows, and what is refused because of it before anything is made. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { firstZone, ownNetwork } from "../../components/gpu-vm/network";
import { sizeNotBelow, storage } from "../../components/gpu-vm/storage";

/** Sets what AWS answers to functions of the provider, by their name. */
async function awsAnswers(answers: Record<string, (args: Record<string, unknown>) => object>) {
  await pulumi.runtime.setMocks({
    call: ({ token, inputs }) => answers[token.split(":").at(-1) ?? ""]?.(inputs) ?? {},
    newResource: ({ name, inputs }) => {
      return { id: `${name}-id`, state: { ...inputs, arn: `arn:${name}`, ipv6CidrBlock: "2001:db8::/56" } };
    },
  });
}
const value = <T>(output: pulumi.Output<T>) => (output as unknown as { promise(): Promise<T> }).promise();

const ACCOUNT = { stack: "prod", accountId: "123456789012", region: "us-east-1" };

describe("the data volume", () => {
  const grown = (dataVolumeGiB: number) =>
    storage(
      "vm",
      { ...ACCOUNT, availabilityZone: "us-east-1a", dataVolumeGiB, keepData: true, spot: false },
      {},
    );
  const asked: unknown[] = [];
  const present = (size: number) =>
    awsAnswers({
      getEbsVolumes: (args) => {
        asked.push(args);
        return { ids: ["vol-0123456789abcdef0"] };
      },
      getVolume: ({ filters }) => ({ filters, size, volumeId: "vol-0123456789abcdef0" }),
    });

  it("is refused where it is smaller than the one there is, with the fix", () => {
    const there = [{ volumeId: "vol-0123456789abcdef0", size: 300 }];
    expect(() => sizeNotBelow(there, 200)).toThrow(
      "vm.dataVolumeGiB: 200: the data volume vol-0123456789abcdef0 has 300 GiB, and EBS volumes cannot shrink. " +
        "Allowed: 300 or more. Set it to 300, or move the data to a new volume.",
    );
  });

  it.each([300, 301])("may be as large as it is, or grow: %i GiB", async (size) => {
    await present(300);
    expect(await value(grown(size).dataVolumeId)).toBe("vm-data-volume-id");
    // What an earlier stack left is not attached.
    expect(asked.at(-1)).toEqual({
      tags: { "comfy-fortress.volume": "prod-data" },
      filters: [{ name: "status", values: ["in-use"] }],
    });
  });

  it("has any size where there is none yet", async () => {
    await awsAnswers({ getEbsVolumes: () => ({ ids: [] }) });
    expect(await value(grown(20).dataVolumeId)).toBe("vm-data-volume-id");
  });
});

describe("the zone", () => {
  const network = () =>
    ownNetwork(
      "vm",
      {
        ...ACCOUNT,
        instanceType: "p5.48xlarge",
        logs: { groupName: "/x", keyArn: "arn:key", retentionDays: 365 },
      },
      {},
    );

  it("is the first that has the type", async () => {
    await awsAnswers({ getInstanceTypeOfferings: () => ({ locations: ["us-east-1f", "us-east-1b"] }) });
    expect(await value(network().availabilityZone)).toBe("us-east-1b");
  });

  it("is not guessed where none has it", () => {
    expect(() => firstZone([], "p5.48xlarge")).toThrow(
      'vm.instanceType: no zone of this region has "p5.48xlarge". Choose another type, or another aws:region.',
    );
  });
});
