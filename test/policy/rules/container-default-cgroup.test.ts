import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const under = (cgroupParent: Value) => resource("docker:index/container:Container", { cgroupParent });
const found = (what: string) => `it: cgroupParent is "${what}"; wanted the engine's own.`;

describeRule("container-default-cgroup", {
  passes: [
    ["none named", under(undefined)],
    ["an empty name", under("")],
  ],
  refuses: [
    ["the root", under("/"), found("/")],
    ["the system's", under("system.slice"), found("system.slice")],
    ["the engine's", under("/docker/.."), found("/docker/..")],
  ],
  unknown: [["the group", under(UNKNOWN), "it: cgroupParent"]],
});
