import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-secret";
const COMMIT = "20ca544ee0436721d8eb5f544665e490609f72c8";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        envs: ["MODE=fast", "TOKEN_FILE=/run/x", "EMPTY_TOKEN="],
        command: ["run", "sha256:abababababababababababababababababababababababababababababababab"],
        labels: [{ label: "stack", value: "dev" }],
      }),
    ],
    [resource("docker:index/image:Image", { build: { args: { COMMIT: "stand-in" } } })],
    [resource("docker:index/image:Image", { build: { args: { gitCommit: COMMIT } } })],
    [
      resource("docker:index/container:Container", {
        envs: [`VCS_REF=${COMMIT}`, `COMFYUI_COMMIT_SHA=${COMMIT}`],
      }),
    ],
    [
      resource("docker:index/container:Container", {
        labels: [{ label: "org.opencontainers.image.revision", value: COMMIT }],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { envs: ["API_KEY=abc12345"] }),
      messages: ['it: envs[0] is "(a value for API_KEY)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/container:Container", { envs: ["DB=postgres://u:hunter22@h/db"] }),
      messages: ['it: envs[0] is "(a URL with a password)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/container:Container", {
        command: ["--password", "hunter22"],
      }),
      messages: ['it: command[1] is "(a value for password)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/container:Container", { envs: ["X=hf_abcdefghijklmnopqrstuvwx"] }),
      messages: ['it: envs[0] is "(a Hugging Face token)"; wanted no secret.'],
    },
    ...[`COMMITTED=${COMMIT}`, `COMMIT=${COMMIT}${COMMIT}`, `COMMIT=9f86d081884c7d659a2feaa0c55ad015`].map(
      (env) => ({
        it: resource("docker:index/container:Container", { envs: [env] }),
        messages: ['it: envs[0] is "(a text of random characters)"; wanted no secret.'],
      }),
    ),
    {
      it: resource("docker:index/container:Container", { envs: ["X=9f86d081884c7d659a2feaa0c55ad015"] }),
      messages: ['it: envs[0] is "(a text of random characters)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/container:Container", {
        labels: [{ label: "password", value: "hunter22" }],
      }),
      messages: ['it: labels[0].value is "(a value for password)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/container:Container", {
        mounts: [{ volumeOptions: { labels: [{ label: "password", value: "hunter22" }] } }],
      }),
      messages: [
        'it: mounts[0].volumeOptions.labels[0].value is "(a value for password)"; wanted no secret.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        mounts: [{ volumeOptions: { driverOptions: { password: "hunter22" } } }],
      }),
      messages: [
        'it: mounts[0].volumeOptions.driverOptions.password is "(a value for password)"; wanted no secret.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        uploads: [{ file: "/k", content: "-----BEGIN PRIVATE KEY-----" }],
      }),
      messages: ['it: uploads[0].content is "(a private key)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/image:Image", { build: { args: { HF_TOKEN: "abcdefgh" } } }),
      messages: ['it: build.args.HF_TOKEN is "(a value for HF_TOKEN)"; wanted no secret.'],
    },
    {
      it: resource("docker:index/container:Container", {
        entrypoints: ["sh", "-c", "export SECRET=hunter22; run"],
      }),
      messages: ['it: entrypoints[2] is "(a value for SECRET)"; wanted no secret.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("docker:index/container:Container", { envs: UNKNOWN }), paths: ["it: envs"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
