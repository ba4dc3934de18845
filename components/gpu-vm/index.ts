import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as route53 from "@pulumi/aws/route53";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { objectName } from "../shared/engine";
import type { Machine, WakeUp } from "../shared/machine";
import { awsTags } from "../shared/tags";
import { AMI_PARAMETER } from "./ami";
import type { GpuVmArgs } from "./args";
import { renderUserData } from "./cloud-init";
import { acmePolicy, MACHINE_TRUST, machineLogsPolicy } from "./iam";
import { existingNetwork, type Network, ownNetwork } from "./network";
import { securityGroup } from "./security-group";
import { storage } from "./storage";
import { wakeUp } from "./wake-up";

export type { GpuVmArgs } from "./args";

/** The user that Ubuntu's AMIs have. */
const USER = "ubuntu";
/** For what builds images; containers have no swap. */
const SWAP_GIB = 8;
/** Seconds for which others remember the machine's address. */
const RECORD_TTL = 60;
/** The tag that says how the machine is paid for. */
const MARKET_TAG = "comfy-fortress.market";

/**
 * A machine with a GPU in AWS that runs the stack's Docker Engine.
 *
 * Creates a VPC with one public subnet (or takes a subnet of one's own), a security group that opens 443 and SSH to those
 * who are named, a role that can do next to nothing, the machine with an encrypted system disk, a data volume that
 * outlives it, an address that stays, the operator's login key and the host key by which the machine is known, and,
 * where a zone is given, the domain's records. What it costs is the machine by the hour (`INSTANCE_TYPES`), 0.08 dollars
 * a GiB and month for the disks, 3.60 a month for the address and 1 for the key.
 *
 * Where the machine is found stopped, the run starts it.
 *
 * A change of the AMI or of what is put on the machine at its first start makes a new one, after the old one is gone: few
 * accounts may run two. Address, keys and data volume stay; the containers are made anew.
 */
export class GpuVm extends pulumi.ComponentResource implements Machine {
  readonly instance: pulumi.Resource;
  readonly instanceId: pulumi.Output<string>;
  readonly instanceArn: pulumi.Output<string>;
  readonly address: pulumi.Output<string>;
  readonly user = USER;
  readonly privateKey: pulumi.Output<string>;
  readonly hostPublicKey: pulumi.Output<string>;
  readonly wakeUp: pulumi.Output<WakeUp | undefined>;
  readonly gpu: boolean;

  constructor(name: string, args: GpuVmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:GpuVm", name, {}, opts);
    const { stack } = args;
    const child = { parent: this };

    const loginKey = new tls.PrivateKey(`${name}-login-key`, { algorithm: "ED25519" }, child);
    const hostKey = new tls.PrivateKey(`${name}-host-key`, { algorithm: "ED25519" }, child);
    const network =
      args.subnetId === undefined
        ? ownNetwork(name, { ...args, logs: args.flowLogs }, child)
        : existingNetwork(args.subnetId);
    const group = securityGroup(name, { ...args, vpcId: network.vpcId, vpcCidr: network.vpcCidr }, child);
    const { keyArn, dataVolumeId } = storage(
      name,
      { ...args, availabilityZone: network.availabilityZone },
      child,
    );
    const address = new ec2.Eip(`${name}-address`, { domain: "vpc", tags: awsTags(stack, "vm") }, child);
    const userData = pulumi
      .all([
        hostKey.privateKeyOpenssh,
        hostKey.publicKeyOpenssh,
        loginKey.publicKeyOpenssh,
        dataVolumeId,
        pulumi.all([...(args.hostParts ?? [])]),
      ])
      .apply(([hostPrivate, hostPublic, authorizedKey, volumeId, parts]) =>
        renderUserData({
          hostName: objectName(stack, "vm"),
          user: USER,
          authorizedKey: authorizedKey.trim(),
          hostKey: { private: hostPrivate, public: hostPublic.trim() },
          dataVolumeId: volumeId,
          swapGiB: SWAP_GIB,
          gpu: args.gpu,
          extraFiles: parts.flatMap(({ files }) => files),
          extraCommands: parts.flatMap(({ commands }) => commands),
        }),
      );
    const instance = this.#instance(name, args, network, {
      userData,
      keyArn,
      groupId: group.id,
      dependsOn: [...network.ways, ...group.rules],
    });
    const ofInstance = { ...child, deletedWith: instance };
    new ec2.VolumeAttachment(
      `${name}-data-attachment`,
      {
        instanceId: instance.id,
        volumeId: dataVolumeId,
        // On these machines only a word between EC2 and us; the system knows the volume by its id.
        deviceName: "/dev/sdf",
        stopInstanceBeforeDetaching: true,
      },
      { ...ofInstance, deleteBeforeReplace: true },
    );
    const association = new ec2.EipAssociation(
      `${name}-address-association`,
      { allocationId: address.id, instanceId: instance.id },
      ofInstance,
    );
    this.#records(name, args, address.publicIp, instance);

    this.instance = instance;
    this.instanceId = instance.id;
    this.instanceArn = instance.arn;
    // Nobody can reach the machine there before.
    this.address = pulumi.all([address.publicIp, association.id]).apply(([ip]) => ip);
    this.privateKey = loginKey.privateKeyOpenssh;
    this.hostPublicKey = hostKey.publicKeyOpenssh.apply((line) => line.trim());
    this.wakeUp = wakeUp(
      `${name}-wake-up`,
      { instanceId: instance.id, tags: awsTags(stack, "vm") },
      { ...ofInstance, dependsOn: association },
    );
    this.gpu = args.gpu;
    this.registerOutputs({ instanceId: this.instanceId, address: this.address });
  }

  #instance(
    name: string,
    args: GpuVmArgs,
    network: Network,
    given: {
      userData: pulumi.Output<string>;
      keyArn: pulumi.Output<string>;
      groupId: pulumi.Output<string>;
      dependsOn: pulumi.Resource[];
    },
  ): ec2.Instance {
    const { stack, amiId, spot, ipv6 } = args;
    const profile = this.#profile(name, args);
    const market = spot ? "spot" : "on-demand";
    return new ec2.Instance(
      `${name}-instance`,
      {
        ami: amiId ?? ssm.getParameterOutput({ name: AMI_PARAMETER }).insecureValue,
        instanceType: args.instanceType,
        subnetId: network.subnetId,
        vpcSecurityGroupIds: [given.groupId],
        associatePublicIpAddress: false,
        ...(ipv6 && { ipv6AddressCount: 1 }),
        iamInstanceProfile: profile.name,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
          httpProtocolIpv6: "disabled",
          instanceMetadataTags: "disabled",
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: args.rootVolumeGiB,
          encrypted: true,
          kmsKeyId: given.keyArn,
          deleteOnTermination: true,
          tags: awsTags(stack, "root"),
        },
        ebsOptimized: true,
        monitoring: true,
        userData: given.userData,
        userDataReplaceOnChange: true,
        instanceInitiatedShutdownBehavior: "stop",
        // A slip in the console does not end the machine; Pulumi may. EC2 has no such protection for spot instances.
        ...(spot ? { instanceMarketOptions: SPOT } : { disableApiTermination: true, forceDestroy: true }),
        tags: { ...awsTags(stack, "vm"), [MARKET_TAG]: market },
      },
      {
        parent: this,
        dependsOn: given.dependsOn,
        deleteBeforeReplace: true,
        // The provider sees no change when the market options go away, and the Elastic IP as a public address of the
        // machine's own. The AMI that the parameter names changes every few weeks.
        replaceOnChanges: [`tags["${MARKET_TAG}"]`],
        ignoreChanges: ["associatePublicIpAddress", ...(amiId === undefined ? ["ami"] : [])],
      },
    );
  }

  /** The machine's role: Systems Manager, its own log group, and with `acmeZoneId` the proof of the domain. */
  #profile(name: string, { stack, domain, acmeZoneId, logGroupArn }: GpuVmArgs): iam.InstanceProfile {
    const child = { parent: this };
    const tags = awsTags(stack, "vm");
    const role = new iam.Role(
      `${name}-role`,
      {
        description: `Machine of comfy-fortress stack ${stack}`,
        assumeRolePolicy: JSON.stringify(MACHINE_TRUST),
        tags,
      },
      child,
    );
    new iam.RolePolicyAttachment(
      `${name}-ssm-policy`,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
      child,
    );
    new iam.RolePolicy(
      `${name}-logs-policy`,
      {
        role: role.id,
        policy: pulumi.output(logGroupArn).apply((arn) => JSON.stringify(machineLogsPolicy(arn))),
      },
      child,
    );
    if (acmeZoneId !== undefined) {
      new iam.RolePolicy(
        `${name}-acme-policy`,
        { role: role.id, policy: JSON.stringify(acmePolicy({ zoneId: acmeZoneId, domain })) },
        child,
      );
    }
    return new iam.InstanceProfile(`${name}-profile`, { role: role.name, tags }, child);
  }

  #records(
    name: string,
    { domain, hostedZoneId, ipv6 }: GpuVmArgs,
    publicIp: pulumi.Output<string>,
    instance: ec2.Instance,
  ): void {
    if (hostedZoneId === undefined) {
      return;
    }
    const record = { zoneId: hostedZoneId, name: domain, ttl: RECORD_TTL };
    new route53.Record(`${name}-record-a`, { ...record, type: "A", records: [publicIp] }, { parent: this });
    if (ipv6) {
      const records = instance.ipv6Addresses.apply((addresses) => addresses.slice(0, 1));
      new route53.Record(`${name}-record-aaaa`, { ...record, type: "AAAA", records }, { parent: this });
    }
  }
}

/** AWS takes the machine away by stopping it, and starts it again when there is room: its disks and its id stay. */
const SPOT = {
  marketType: "spot",
  spotOptions: { spotInstanceType: "persistent", instanceInterruptionBehavior: "stop" },
};
