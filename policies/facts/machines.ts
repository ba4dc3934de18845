import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report } from "../core/rule";
import { isTrue, UNKNOWN, type Value } from "../core/value";

const INSTANCE = "aws:ec2/instance:Instance";
const SPOT = "aws:ec2/spotInstanceRequest:SpotInstanceRequest";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const FLEET = "aws:ec2/spotFleetRequest:SpotFleetRequest";

/** Every type that says what a machine is to be. */
export const MACHINE_TYPES: readonly string[] = [INSTANCE, SPOT, TEMPLATE, CONFIGURATION, FLEET];

/** A machine as one resource, or one entry of a spot fleet, describes it. Paths lead into the resource. */
export interface Machine {
  readonly resource: Resource;
  /** Whether it is a template, which others fill in and start. */
  readonly isTemplate: boolean;
  /** Whether it starts from a template, which gives what it leaves out. */
  readonly hasTemplate: boolean;
  /** Path of its metadata options; where EC2 has none, nothing stands there, and its defaults hold. */
  readonly metadata: string;
  readonly image: string;
  readonly ebsOptimized: string;
  readonly monitoring: string;
  /** Where it may name its instance profile. */
  readonly profiles: readonly [string, ...string[]];
  readonly userData: readonly string[];
  /** The path of the machine itself, empty where it is the resource. */
  readonly at: (key: string) => string;
}

/** The machines that a resource describes. */
export function machines(resource: Resource, report: Report): Machine[] {
  if (resource.type === FLEET) {
    return membersAt(report, resource, "launchSpecifications").map(({ path }) => ({
      ...machine(resource, path),
      profiles: [`${path}.iamInstanceProfile`, `${path}.iamInstanceProfileArn`],
    }));
  }
  const found = machine(resource, "");
  switch (resource.type) {
    case TEMPLATE:
      return [
        {
          ...found,
          isTemplate: true,
          image: "imageId",
          monitoring: "monitoring.enabled",
          profiles: ["iamInstanceProfile.name", "iamInstanceProfile.arn"],
        },
      ];
    case CONFIGURATION:
      return [{ ...found, isTemplate: true, image: "imageId", monitoring: "enableMonitoring" }];
    default:
      return [found];
  }
}

function machine(resource: Resource, path: string): Machine {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  return {
    resource,
    isTemplate: false,
    hasTemplate: isSet(valueAt(resource, at("launchTemplate"))),
    metadata: at("metadataOptions"),
    image: at("ami"),
    ebsOptimized: at("ebsOptimized"),
    monitoring: at("monitoring"),
    profiles: [at("iamInstanceProfile")],
    userData: [at("userData"), at("userDataBase64")],
    at,
  };
}

/** A disk that a machine has, or the copy of one. */
export interface Disk {
  /** Path of the disk, which may be absent. */
  readonly path: string;
  readonly encrypted: string;
  /** Undefined where there is no way to name a key. */
  readonly key?: string;
}

/** The disks that a machine starts with; the root disk is always one, named or not. */
export function disks({ resource, at, isTemplate }: Machine, report: Report): Disk[] {
  if (resource.type === TEMPLATE) {
    return mappedDisks(resource, report);
  }
  const root = resource.type === FLEET ? membersAt(report, resource, at("rootBlockDevices")) : [];
  const isUnknown = valueAt(resource, at("rootBlockDevices")) === UNKNOWN;
  const roots =
    resource.type === FLEET && (root.length > 0 || isUnknown)
      ? root.map(({ path }) => path)
      : [at(resource.type === FLEET ? "rootBlockDevices[0]" : "rootBlockDevice")];
  const more = membersAt(report, resource, at("ebsBlockDevices")).filter(
    ({ path }) => !isTrue(valueAt(resource, `${path}.noDevice`)),
  );
  const found = [...roots, ...more.map(({ path }) => path)].map(disk);
  // A launch configuration has no property for a key.
  return isTemplate ? found.map(({ path, encrypted }) => ({ path, encrypted })) : found;
}

/** Where EC2's images have their root disk; a template says which disk it speaks of by such a name. */
const ROOT_NAMES: readonly Value[] = ["/dev/sda1", "/dev/xvda"];

function mappedDisks(template: Resource, report: Report): Disk[] {
  const list = "blockDeviceMappings";
  const all = valueAt(template, list);
  const mappings = membersAt(report, template, list).filter(
    ({ path }) =>
      !isSet(valueAt(template, `${path}.noDevice`)) && !isSet(valueAt(template, `${path}.virtualName`)),
  );
  const mayBeRoot = (path: string) => {
    const name = valueAt(template, `${path}.deviceName`);
    return !isSet(name) || name === UNKNOWN || ROOT_NAMES.includes(name);
  };
  const isUnknown = all === UNKNOWN || (Array.isArray(all) && all.includes(UNKNOWN));
  const hasRoot = isUnknown || mappings.some(({ path }) => mayBeRoot(path));
  const root = `${list}[${Array.isArray(all) ? all.length : 0}]`;
  return [...mappings.map(({ path }) => path), ...(hasRoot ? [] : [root])].map((path) => disk(`${path}.ebs`));
}

/** What makes snapshots by the clock, and may copy each, or share it. */
export const SCHEDULED = "aws:dlm/lifecyclePolicy:LifecyclePolicy";

/** The copies that snapshots made by the clock, or shared by others, have in another region. */
export function scheduledCopies(resource: Resource, report: Report): Disk[] {
  const rules = membersAt(report, resource, "policyDetails.schedules").flatMap(({ path }) =>
    membersAt(report, resource, `${path}.crossRegionCopyRules`),
  );
  const actions = membersAt(report, resource, "policyDetails.action.crossRegionCopies");
  return [
    ...rules.map(({ path }) => path),
    ...actions.map(({ path }) => `${path}.encryptionConfiguration`),
  ].map((path) => ({ path, encrypted: `${path}.encrypted`, key: `${path}.cmkArn` }));
}

function disk(path: string): Disk {
  return { path, encrypted: `${path}.encrypted`, key: `${path}.kmsKeyId` };
}

/** Whether there is something, if not known yet. */
export function isSet(value: Value): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** Whether there is something, and no empty list. */
export function isFilled(value: Value): boolean {
  return isSet(value) && !(Array.isArray(value) && value.length === 0);
}
