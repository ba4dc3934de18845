import type { Resource } from "../../policies/core/resource";
import type { Value } from "../../policies/core/value";
import { resource } from "./policy";

type Props = Record<string, Value>;

export const instance = (props: Props): Resource => resource("aws:ec2/instance:Instance", props);
export const spot = (props: Props): Resource =>
  resource("aws:ec2/spotInstanceRequest:SpotInstanceRequest", props);
export const template = (props: Props): Resource => resource("aws:ec2/launchTemplate:LaunchTemplate", props);
export const configuration = (props: Props): Resource =>
  resource("aws:ec2/launchConfiguration:LaunchConfiguration", props);
export const fleet = (...launchSpecifications: Value[]): Resource =>
  resource("aws:ec2/spotFleetRequest:SpotFleetRequest", { launchSpecifications });
