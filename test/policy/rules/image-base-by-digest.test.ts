import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "image-base-by-digest";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/image:Image", {
        build: {
          context: "/x",
          args: {
            BASE_IMAGE: "sha256:abababababababababababababababababababababababababababababababab",
            LEVEL: "1",
          },
        },
      }),
    ],
    [resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: "comfy-dev-base:trixie" } } })],
    [resource("docker:index/image:Image", {})],
    [resource("docker:index/tag:Tag", { sourceImage: "comfy-dev-pod:1", targetImage: "comfy-dev-base:1" })],
    ...["true", "false", "generator=comfy-dev-scanner:1"].map((sbom) => [
      resource("docker:index/remoteImage:RemoteImage", { build: { context: "./image", sbom } }),
    ]),
    [
      resource("docker:index/image:Image", {
        build: { context: "./image", args: { LEVEL: "debian:trixie" } },
      }),
    ],
    [resource("docker:index/image:Image", { build: { context: "C:\\image" } })],
    [
      resource("docker:index/remoteImage:RemoteImage", {
        build: { context: "github.company/image", additionalContexts: ["more=./more"] },
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: "debian:trixie" } } }),
      messages: ['it: build.args.BASE_IMAGE is "debian:trixie"; wanted an image by digest or id.'],
    },
    {
      it: resource("docker:index/remoteImage:RemoteImage", { build: { buildArgs: { FROM: "python" } } }),
      messages: ['it: build.buildArgs.FROM is "python"; wanted an image by digest or id.'],
    },
    ...["my/comfy-base", "mycomfy-base", "comfy-base/mine", "comfy-", "ghcr.io/comfy-base"].map((image) => ({
      it: resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: image } } }),
      messages: [`it: build.args.BASE_IMAGE is "${image}"; wanted an image by digest or id.`],
    })),
    ...["git://x.invalid/a", " https://x.invalid/a", "GitHub.com/a/b", "git+ssh://x.invalid/a"].map(
      (context) => ({
        it: resource("docker:index/image:Image", { build: { context } }),
        messages: [`it: build.context is "${context}"; wanted a folder of this machine.`],
      }),
    ),
    {
      it: resource("docker:index/remoteImage:RemoteImage", {
        build: {
          context: "./image",
          additionalContexts: ["more=./more", "debian=docker-image://evil/debian", "src=git@x.invalid:a"],
        },
      }),
      messages: [
        'it: build.additionalContexts[1] is "debian=docker-image://evil/debian"; wanted a folder of this machine.',
        'it: build.additionalContexts[2] is "src=git@x.invalid:a"; wanted a folder of this machine.',
      ],
    },
    {
      it: resource("docker:index/image:Image", { build: { context: "https://x.invalid/a.git" } }),
      messages: ['it: build.context is "https://x.invalid/a.git"; wanted a folder of this machine.'],
    },
    {
      it: resource("docker:index/remoteImage:RemoteImage", { build: { remoteContext: "git@x.invalid:a" } }),
      messages: ['it: build.remoteContext is "git@x.invalid:a"; wanted a folder of this machine.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: UNKNOWN } } }),
      paths: ["it: build.args.BASE_IMAGE"],
    },
    {
      it: resource("docker:index/image:Image", { build: { context: UNKNOWN } }),
      paths: ["it: build.context"],
    },
    { it: resource("docker:index/tag:Tag", { sourceImage: UNKNOWN }), paths: ["it: sourceImage"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
