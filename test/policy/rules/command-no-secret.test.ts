import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "command-no-secret";

describe(ID, () => {
  it.each([
    [
      resource("command:local:Command", {
        create: "docker exec -i gateway apply-config",
        stdin: "-----BEGIN PRIVATE KEY-----",
        environment: { STACK: "dev" },
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("command:local:Command", { create: "login --password hunter22" }),
      messages: ['it: create is "(a value for password)"; wanted no secret.'],
    },
    {
      it: resource("command:local:Command", { environment: { API_KEY: "hunter22" } }),
      messages: ['it: environment.API_KEY is "(a value for API_KEY)"; wanted no secret.'],
    },
    {
      it: resource("command:remote:Command", { delete: "curl -H 'Authorization: Bearer abcdefghijk'" }),
      messages: ['it: delete is "(a text that looks like a credential)"; wanted no secret.'],
    },
    {
      it: resource("command:local:Command", { update: "TOKEN=hunter22 run" }),
      messages: ['it: update is "(a value for TOKEN)"; wanted no secret.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("command:local:Command", { create: UNKNOWN }), paths: ["it: create"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
