import { describe, expect, it } from "vitest";
import { renderNginxBundle } from "../../../components/gateway/nginx/render";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
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

  const GOOD = "ssl_protocols TLSv1.2 TLSv1.3; client_max_body_size 1m; limit_req zone=a;";
  const server = (directives: string, location = "= /prompt") =>
    `server { ${directives} location ${location} { proxy_pass http://c; } }`;
  const OLD = server("ssl_protocols TLSv1; client_max_body_size 1m; limit_req zone=a;");
  const stdin = (text: string) => resource("command:local:Command", { stdin: text });
  const container = (props: Record<string, Value>) => resource("docker:index/container:Container", props);
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const old = (path: string) => `it: ${path} is "ssl_protocols TLSv1"; wanted ssl_protocols TLSv1.2 TLSv1.3.`;
  const unlimited =
    'it: stdin is "no limit_req and no auth_request"; wanted one of them in front of /prompt.';

  it("passes the gateway's own, as it is handed over", () => {
    const own = renderNginxBundle({ hostNames: ["localhost"], publicPort: 8443, installedCertificate: true });
    expect(own).toContain("proxy_pass http://authorizer");
    expect(look(ID, stdin(own))).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    ["limits around the location", stdin(`http { ${GOOD} ${server("")} }`)],
    ["a server that is reached within the machine", stdin(server("listen unix:/x;"))],
    [
      "what goes to the service that decides",
      stdin(
        "server { ssl_protocols TLSv1.3; location = /v { proxy_pass http://d; } location = /prompt { client_max_body_size 1m; proxy_pass http://d; } location / { auth_request /v; client_max_body_size 1m; proxy_pass http://c; } }",
      ),
    ],
  ])("passes %s", (_, it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    ["an upload", container({ uploads: [{ file: "/x", content: OLD }] }), old("uploads[0].content")],
    [
      "an upload in base64",
      container({ uploads: [{ file: "/x", contentBase64: base64(OLD) }] }),
      old("uploads[0].contentBase64"),
    ],
    [
      "a file that a command writes",
      resource("command:local:Command", { create: `cat > /x <<'E'\n${OLD}\nE` }),
      old("create"),
    ],
    ["base64 on standard input", stdin(base64(OLD)), old("stdin")],
    ["JSON on standard input", stdin(JSON.stringify({ files: { "nginx.conf": OLD } })), old("stdin")],
    ["user data", instance({ userData: OLD }), old("userData")],
    ["a limit that is a comment", stdin(server(`${GOOD.replace("limit_req", "# limit_req")}\n`)), unlimited],
    ["a limit that is only counted", stdin(server(`${GOOD} limit_req_dry_run on;`)), unlimited],
    [
      "a limit of another location",
      stdin(
        `server { ssl_protocols TLSv1.3; client_max_body_size 1m; location = /x { limit_req zone=a; } location / { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "the other spelling without a limit",
      stdin(
        `server { ssl_protocols TLSv1.3; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } location /api/ { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "a location that lifts the bound",
      stdin(`server { ${GOOD} location ~ ^/prompt { client_max_body_size 0; proxy_pass http://c; } }`),
      'it: stdin is "no client_max_body_size above 0"; wanted a bound for bodies.',
    ],
    [
      "ciphers that encrypt nothing",
      stdin(server(`${GOOD} ssl_ciphers HIGH:aNULL;`)),
      'it: stdin is "ssl_ciphers HIGH:aNULL"; wanted ciphers that authenticate and encrypt.',
    ],
    [
      "a file of the host",
      container({ volumes: [{ hostPath: "/srv/nginx.conf", containerPath: "/etc/nginx/nginx.conf" }] }),
      'it: volumes[0].hostPath is "/srv/nginx.conf"; wanted the configuration as text.',
    ],
    [
      "an upload of a file",
      container({ uploads: [{ file: "/etc/nginx/conf.d/a.conf", source: "a.conf" }] }),
      'it: uploads[0].source is "a.conf"; wanted the configuration as text.',
    ],
    [
      "a copy to the machine",
      resource("command:remote:CopyToRemote", { remotePath: "/etc/nginx/nginx.conf" }),
      'it: remotePath is "/etc/nginx/nginx.conf"; wanted the configuration as text.',
    ],
  ])("refuses %s", (_, it, message) => {
    expect(look(ID, it)).toEqual({ violations: [message], unknown: [] });
  });
});
