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
    ...[
      "comfy-dev-pod",
      "comfy-dev-pod:1",
      "library/python:3.12",
      "node",
      "nginx",
      "nginx/nginx-unprivileged:1",
      "certbot/dns-route53",
      "docker.io/library/debian",
      "docker/dockerfile:1",
      "docker/buildkit-syft-scanner:1",
    ].map((image) => [resource("docker:index/container:Container", { image })]),
    [resource("docker:index/container:Container", { name: "evil/debian" })],
    [resource("docker:index/image:Image", { imageName: "registry.example/mine:1" })],
    [
      resource("docker:index/image:Image", {
        build: {
          args: { LEVEL: "evil/debian" },
          cacheFrom: { images: ["comfy-dev-pod"] },
        },
      }),
    ],
    [
      resource("docker:index/remoteImage:RemoteImage", {
        name: "comfy-dev-pod",
        build: {
          buildArgs: { FROM: "debian:trixie" },
          cacheFroms: ["debian:trixie", "type=local,src=/cache", "type=registry,ref=comfy-dev-pod:cache"],
        },
      }),
    ],
    [resource("docker:index/remoteImage:RemoteImage", { name: "nvidia/cuda:12" })],
    [resource("docker:index/remoteImage:RemoteImage", { name: "mine:1", build: { context: "./mine" } })],
    [resource("docker:index/tag:Tag", { sourceImage: "comfy-dev-pod:1", targetImage: "r.invalid/pod:1" })],
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
    ...[
      "mydebian",
      "my/library/debian",
      "libraryxdebian",
      "nvidia/cuda-mine",
      "my/nvidia/cuda",
      "my/nginx/nginx-unprivileged",
      "nginx/nginx-unprivileged-mine",
      "my/certbot/certbot",
      "certbot/certbot/mine",
      "certbot/",
      "my/comfy-dev",
      "mycomfy-dev",
      "comfy-",
      "comfy-dev/mine",
      "ghcr.io/comfy-dev",
      "docker.io/evil/debian",
      "docker.io.evil.invalid/debian",
      "docker/dockerfile-mine",
    ].map((image) => ({
      it: resource("docker:index/container:Container", { image }),
      messages: [`it: image is "${image}"; wanted an official image or one that the stack makes.`],
    })),
    {
      it: resource("docker:index/remoteImage:RemoteImage", {
        name: "comfy-dev-pod",
        build: {
          buildArgs: { FROM: "evil/debian" },
          cacheFroms: ["evil/cache", "type=registry,ref=evil/cache:1,mode=max", "type=s3,bucket=evil"],
        },
      }),
      messages: [
        'it: build.buildArgs.FROM is "evil/debian"; wanted an official image or one that the stack makes.',
        'it: build.cacheFroms[0] is "evil/cache"; wanted an official image or one that the stack makes.',
        'it: build.cacheFroms[1] is "evil/cache:1"; wanted an official image or one that the stack makes.',
        'it: build.cacheFroms[2] is "type=s3,bucket=evil"; wanted an official image or one that the stack makes.',
      ],
    },
    {
      it: resource("docker:index/image:Image", { build: { cacheFrom: { images: ["evil/cache"] } } }),
      messages: [
        'it: build.cacheFrom.images[0] is "evil/cache"; wanted an official image or one that the stack makes.',
      ],
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
