import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "comfyui-joins-pod";

describe(ID, () => {
  it.each([
    [resource("docker:index/container:Container", { networkMode: "container:abc" }, "comfyui")],
    [
      resource(
        "docker:index/container:Container",
        { networkMode: "container:abc", networksAdvanced: [] },
        "comfyui",
      ),
    ],
    [resource("docker:index/container:Container", { networkMode: "mine" }, "gateway")],
    [resource("docker:index/container:Container", { networkMode: "none", mustRun: false }, "comfyui-trial")],
    [
      resource(
        "docker:index/container:Container",
        { networkMode: "container:abc", mustRun: false },
        "comfyui-trial",
      ),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {}, "comfyui"),
      messages: ["comfyui: networkMode is absent; wanted container:ID of the pod."],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "bridge", name: "x-ComfyUI" }),
      messages: ['it: networkMode is "bridge"; wanted container:ID of the pod.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "my-container:abc" }, "comfyui"),
      messages: ['comfyui: networkMode is "my-container:abc"; wanted container:ID of the pod.'],
    },
    {
      it: resource("docker:index/container:Container", { networkMode: "container:a b" }, "comfyui"),
      messages: ['comfyui: networkMode is "container:a b"; wanted container:ID of the pod.'],
    },
    ...["my-none", "none-such", "my-container:abc", "container:a b"].map((networkMode) => ({
      it: resource("docker:index/container:Container", { networkMode, mustRun: false }, "comfyui-trial"),
      messages: [`comfyui-trial: networkMode is "${networkMode}"; wanted container:ID of the pod.`],
    })),
    {
      it: resource("docker:index/container:Container", { networkMode: "container:", image: "comfy-ui" }),
      messages: ['it: networkMode is "container:"; wanted container:ID of the pod.'],
    },
    {
      it: resource("docker:index/container:Container", {
        command: ["python", "/opt/main.py"],
        networkMode: "none",
      }),
      messages: ['it: networkMode is "none"; wanted container:ID of the pod.'],
    },
    {
      it: resource(
        "docker:index/container:Container",
        { networkMode: "nonetwork", mustRun: false },
        "comfyui",
      ),
      messages: ['comfyui: networkMode is "nonetwork"; wanted container:ID of the pod.'],
    },
    {
      it: resource(
        "docker:index/container:Container",
        { networkMode: "container:a", networksAdvanced: [{ name: "n" }] },
        "comfyui",
      ),
      messages: ['comfyui: networksAdvanced is [{"name":"n"}]; wanted none.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { networkMode: UNKNOWN }, "comfyui"),
      paths: ["comfyui: networkMode"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
