import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "image-by-digest";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        image: "sha256:abababababababababababababababababababababababababababababababab",
      }),
    ],
    [
      resource("docker:index/container:Container", {
        image: "abababababababababababababababababababababababababababababababab",
      }),
    ],
    [
      resource("docker:index/container:Container", {
        image: "debian:trixie@sha256:abababababababababababababababababababababababababababababababab",
      }),
    ],
    [resource("docker:index/remoteImage:RemoteImage", { name: "mine:1", build: { context: "./mine" } })],
    [
      resource("docker:index/remoteImage:RemoteImage", {
        name: "nginx@sha256:abababababababababababababababababababababababababababababababab",
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { image: "debian" }),
      messages: [
        'it: image is "debian"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { image: "debian:latest" }),
      messages: [
        'it: image is "debian:latest"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        image: "debian@sha256:bababababababababababababababababababababababababababababababab",
      }),
      messages: [
        'it: image is "debian@sha256:bababababababababababababababababababababababababababababababab"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        image: "debian:latest@sha256:abababababababababababababababababababababababababababababababab",
      }),
      messages: [
        'it: image is "debian:latest@sha256:abababababababababababababababababababababababababababababababab"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        image: "debian@sha256:ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB",
      }),
      messages: [
        'it: image is "debian@sha256:ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        image: "sha256:abababababababababababababababababababababababababababababababab0",
      }),
      messages: [
        'it: image is "sha256:abababababababababababababababababababababababababababababababab0"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        image: "debian@md5:abababababababababababababababababababababababababababababababab",
      }),
      messages: [
        'it: image is "debian@md5:abababababababababababababababababababababababababababababababab"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { image: "abababababab" }),
      messages: [
        'it: image is "abababababab"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { image: undefined }),
      messages: [
        "it: image is absent; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.",
      ],
    },
    {
      it: resource("docker:index/remoteImage:RemoteImage", { name: "nginx:1" }),
      messages: [
        'it: name is "nginx:1"; wanted an image id, or a name with @sha256: and 64 hexadecimal digits.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("docker:index/container:Container", { image: UNKNOWN }), paths: ["it: image"] },
    {
      it: resource("docker:index/remoteImage:RemoteImage", { name: "mine:1", build: UNKNOWN }),
      paths: ["it: build"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
