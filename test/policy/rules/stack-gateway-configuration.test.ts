import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "stack-gateway-configuration";

describe(ID, () => {
  it.each([
    [
      resource("command:local:Command", {
        stdin:
          "server { ssl_protocols TLSv1.2 TLSv1.3; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    ],
    [
      resource("command:local:Command", {
        stdin:
          "server { ssl_protocols TLSv1.3; client_max_body_size 10; location = /prompt { auth_request /v; proxy_pass http://c; } }",
      }),
    ],
    [resource("command:local:Command", { stdin: "{}" })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("command:local:Command", {
        stdin:
          "server { client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "no ssl_protocols"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
    },
    {
      it: resource("command:local:Command", {
        stdin:
          "server { ssl_protocols TLSv1.1 TLSv1.2; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "ssl_protocols TLSv1.1 TLSv1.2"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
    },
    {
      it: resource("command:local:Command", {
        stdin:
          "server { ssl_protocols TLSv1.2; client_max_body_size 1m; location = /prompt { auth_request off; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "no limit_req and no auth_request"; wanted one of them in front of /prompt.'],
    },
    {
      it: resource("command:remote:Command", {
        stdin:
          "server { ssl_protocols TLSv1.2; client_max_body_size 0; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "no client_max_body_size above 0"; wanted a bound for bodies.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([{ it: resource("command:local:Command", { stdin: UNKNOWN }), paths: ["it: stdin"] }])(
    "looks again when $paths is known",
    ({ it, paths }) => {
      expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
    },
  );
});
