import { describe, expect, it } from "vitest";
import { imageReference, isPinned, namesAnImage } from "../../policies/facts/image-reference";

const HEX = "ab".repeat(32);
const DIGEST = `sha256:${HEX}`;

describe("imageReference", () => {
  it.each<[string, object]>([
    ["nginx", { repository: "nginx" }],
    ["nginx:1", { repository: "nginx", tag: "1" }],
    ["nvidia/cuda:12", { repository: "nvidia/cuda", tag: "12" }],
    [`nvidia/cuda:12@${DIGEST}`, { repository: "nvidia/cuda", tag: "12", digest: DIGEST }],
    ["ghcr.io/a/b", { host: "ghcr.io", repository: "a/b" }],
    ["localhost/a", { host: "localhost", repository: "a" }],
    ["host:5000/a/b:1", { host: "host:5000", repository: "a/b", tag: "1" }],
    ["docker.io/library/nginx:1", { repository: "library/nginx", tag: "1" }],
    ["index.docker.io/nginx", { repository: "nginx" }],
    ["my.docker.io/nginx", { host: "my.docker.io", repository: "nginx" }],
    ["localhost", { repository: "localhost" }],
    ["a.b", { repository: "a.b" }],
    ["", { repository: "" }],
    ["a@b@c", { repository: "a", digest: "b@c" }],
    [HEX, { repository: "", digest: HEX }],
    [DIGEST, { repository: "", digest: DIGEST }],
    [`${HEX}0`, { repository: `${HEX}0` }],
    [`x${HEX}`, { repository: `x${HEX}` }],
    [`x${DIGEST}`, { repository: "xsha256", tag: HEX }],
    [`${DIGEST}0`, { repository: "sha256", tag: `${HEX}0` }],
  ])("%s", (text, parts) => {
    expect(imageReference(text)).toEqual(parts);
  });
});

describe("isPinned", () => {
  it.each([HEX, DIGEST, `nginx@${DIGEST}`, `nginx:1@${DIGEST}`])("%s", (text) => {
    expect(isPinned(text)).toBe(true);
  });

  it.each([
    ...["nginx", "nginx:1", `nginx:latest@${DIGEST}`, `nginx:LATEST@${DIGEST}`, `nginx@${HEX}`],
    ...[`nginx@${DIGEST}0`, `nginx@x${DIGEST}`, `nginx@${DIGEST}@${DIGEST}`, "nginx@sha256:ab"],
  ])("not %s", (text) => {
    expect(isPinned(text)).toBe(false);
  });
});

describe("namesAnImage", () => {
  it.each([
    "build.args.BASE_IMAGE",
    "build.args.baseImage",
    "from",
    "FROM_1",
    "PARENT",
    "debian-base",
    "image2",
    "BASE-X",
    "myBase",
    "build.args.BUILDKIT_SYNTAX",
  ])("%s", (path) => {
    expect(namesAnImage(path)).toBe(true);
  });

  it.each([
    "base.COMMIT",
    "DATABASE",
    "IMAGES",
    "FROMAGE",
    "baseline",
    "platform",
    "SYNTAX",
    "BUILDKIT_SYNTAXES",
    "",
  ])("not %s", (path) => {
    expect(namesAnImage(path)).toBe(false);
  });
});
