import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "image-allowed-source";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        image: "sha256:abababababababababababababababababababababababababababababababab",
      }),
    ],
    [resource("docker:index/container:Container", { image: "debian:trixie" })],
    [resource("docker:index/container:Container", { image: "comfy-dev-pod" })],
    [resource("docker:index/remoteImage:RemoteImage", { name: "nvidia/cuda:12" })],
    [
      resource("docker:index/image:Image", {
        build: {
          args: {
            BASE_IMAGE: "python@sha256:abababababababababababababababababababababababababababababababab",
          },
        },
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { image: "evil/debian" }),
      messages: ['it: image is "evil/debian"; wanted an official image or one that the stack makes.'],
    },
    {
      it: resource("docker:index/container:Container", { image: "localhost/debian" }),
      messages: ['it: image is "localhost/debian"; wanted an official image or one that the stack makes.'],
    },
    {
      it: resource("docker:index/container:Container", { image: "r.invalid:5000/debian" }),
      messages: [
        'it: image is "r.invalid:5000/debian"; wanted an official image or one that the stack makes.',
      ],
    },
    {
      it: resource("docker:index/remoteImage:RemoteImage", { name: "library/debiann" }),
      messages: ['it: name is "library/debiann"; wanted an official image or one that the stack makes.'],
    },
    {
      it: resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: "a/b" } } }),
      messages: ['it: build.args.BASE_IMAGE is "a/b"; wanted an official image or one that the stack makes.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("docker:index/container:Container", { image: UNKNOWN }), paths: ["it: image"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
