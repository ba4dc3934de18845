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
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
