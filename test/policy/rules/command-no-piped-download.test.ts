import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "command-no-piped-download";

describe(ID, () => {
  it.each([
    [resource("command:local:Command", { create: "curl -fsS -o x https://x.invalid && sha256sum -c sums" })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("command:local:Command", { create: "curl -s https://x.invalid | sh" }),
      messages: [
        'it: create is "curl -s https://x.invalid | sh"; wanted a download that is checked before it runs.',
      ],
    },
    {
      it: resource("command:local:Command", { create: "wget -qO- x | sudo bash" }),
      messages: [
        'it: create is "wget -qO- x | sudo bash"; wanted a download that is checked before it runs.',
      ],
    },
    {
      it: resource("command:local:Command", { create: "bash <(curl x)" }),
      messages: ['it: create is "bash <(curl x)"; wanted a download that is checked before it runs.'],
    },
    {
      it: resource("command:local:Command", { create: 'sh -c "$(curl -fsSL x)"' }),
      messages: [
        'it: create is "sh -c \\"$(curl -fsSL x)\\""; wanted a download that is checked before it runs.',
      ],
    },
    {
      it: resource("command:local:Command", { create: "curl x | python3" }),
      messages: ['it: create is "curl x | python3"; wanted a download that is checked before it runs.'],
    },
    {
      it: resource("command:local:Command", { create: "curl -o /tmp/i x && sh /tmp/i" }),
      messages: [
        'it: create is "curl -o /tmp/i x && sh /tmp/i"; wanted a download that is checked before it runs.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { command: ["sh", "-c", "curl x|sh"] }),
      messages: ['it: command is "sh -c curl x|sh"; wanted a download that is checked before it runs.'],
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
