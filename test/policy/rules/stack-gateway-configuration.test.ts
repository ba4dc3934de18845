import { describe, expect, it } from "vitest";
import { renderNginxBundle } from "../../../components/gateway/nginx/render";
import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { look, resource } from "../../support/policy";

const ID = "stack-gateway-configuration";

describe(ID, () => {
  it.each([
    [
      resource("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    ],
    [
      resource("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.3; client_max_body_size 10; location = /prompt { auth_request /v; proxy_pass http://c; } }",
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
          "server { listen 443 ssl; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "no ssl_protocols"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
    },
    {
      it: resource("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.1 TLSv1.2; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "ssl_protocols TLSv1.1 TLSv1.2"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
    },
    {
      it: resource("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.2; client_max_body_size 1m; location = /prompt { auth_request off; proxy_pass http://c; } }",
      }),
      messages: ['it: stdin is "no limit_req and no auth_request"; wanted one of them in front of /prompt.'],
    },
    {
      it: resource("command:remote:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.2; client_max_body_size 0; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
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
    `server { ${directives.includes("listen") ? "" : "listen 443 ssl;"} ${directives} location ${location} { proxy_pass http://c; } }`;
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

  /** A bundle of files as the gateway takes it. */
  const bundle = (files: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(files)
      .map(([name, lines]) => [`file ${name} ${lines.length}`, ...lines].join("\n"))
      .join("\n");
  const TLS = "ssl_protocols TLSv1.2 TLSv1.3; client_max_body_size 1m;";
  const OPEN = "location / { proxy_pass http://c; }";

  it.each([
    ["what is no configuration", stdin("a server { of mine } that has no proxy_pass")],
    ["JSON with numbers", stdin(JSON.stringify({ files: 3, text: server(GOOD) }))],
    [
      "a server that sends on to HTTPS",
      stdin(`server { listen 80; return 308 https://$host; } ${server(GOOD)}`),
    ],
    [
      "limits before the server, and a script before those",
      stdin(`cat > a.conf <<E\n${TLS}\nlimit_req zone=a; # all\n\n${server("")}\nE`),
    ],
    ["limits before the server on its line", stdin(`echo "${GOOD} ${server("")}"`)],
    [
      "limits of a location around",
      stdin(server(`location / { ${GOOD} location /p { proxy_pass http://c; } } ${TLS}`, "/view")),
    ],
    [
      "a limit that holds before a location's default",
      stdin(
        "server { listen 443 ssl; ssl_protocols TLSv1.3; location / { client_max_body_size 1m; limit_req zone=a; try_files $uri @app; } location @app { proxy_pass http://c; } }",
      ),
    ],
    [
      "a limit that holds before an error",
      stdin(
        `server { listen 443 ssl; ${TLS} location / { limit_req zone=a; error_page 502 @down; proxy_pass http://c; } location @down { proxy_pass http://d; } }`,
      ),
    ],
    [
      "a folder for another server",
      stdin(
        `server { listen 443 ssl; ${TLS} location / { limit_req zone=a; proxy_pass http://c; } location /grafana/ { proxy_pass http://g/; } location /c/ { proxy_pass http://c/view/; } }`,
      ),
    ],
    [
      "an error that has a page",
      stdin(
        `server { listen 443 ssl; ${TLS} error_page 500 /50x; location = /prompt { return 500; } location / { proxy_pass http://c; } location /api/ { limit_req zone=a; proxy_pass http://c; } }`,
      ),
    ],
    ["limits beside the server", stdin(`${server("")} ${GOOD}`)],
    ["a limit that is not only counted", stdin(server(`${GOOD} limit_req_dry_run off;`))],
    ["a listener with TLS, and one for HTTP/3", stdin(server(`${GOOD} listen 443 ssl; listen 443 quic;`))],
    ["a prompt that is refused", stdin(server(`${TLS} location /prompt { return 403; }`, "/view"))],
    [
      "a prompt that another location takes",
      stdin(
        `server { listen 443 ssl; ${TLS} location / { try_files $uri @app; } location @app { limit_req zone=a; proxy_pass http://c; } }`,
      ),
    ],
    [
      "a path that only ends like it",
      stdin(server(`${TLS} location / { return 404; }`, "/x { } location /prompts")),
    ],
    ["weak ciphers that are taken out", stdin(server(`${GOOD} ssl_ciphers HIGH:!aNULL:!MD5:-RC4;`))],
    [
      "a bundle whose limits are in a file for the location",
      stdin(
        bundle({
          "conf.d/limits.conf": ["limit_req zone=a;"],
          "nginx.conf": ["http {", TLS, "include conf.d/server.conf;", "}"],
          "conf.d/server.conf": [
            "server {",
            "listen 443 ssl;",
            "location / {",
            "include conf.d/limits.conf;",
            "proxy_pass http://c;",
            "}",
            "}",
          ],
        }),
      ),
    ],
    [
      "a bundle whose file includes itself",
      stdin(bundle({ "nginx.conf": ["include nginx.conf;", server(GOOD)] })),
    ],
    ["a copy of something else", resource("command:remote:CopyToRemote", { remotePath: "/srv/models" })],
    ["what a container calls remotePath", container({ remotePath: "/etc/nginx/nginx.conf" })],
    [
      "a volume of the engine's",
      container({ mounts: [{ target: "/etc/nginx", source: "nginx.conf-data" }] }),
    ],
    [
      "a file beside the configuration",
      container({ volumes: [{ hostPath: "/srv/a", containerPath: "/x/nginx.conf.md" }] }),
    ],
    [
      "other paths that get a new name",
      stdin(
        `server { listen 443 ssl; ${TLS} location / { rewrite ^/old$ /new; limit_req zone=a; proxy_pass http://c; } location = /new { proxy_pass http://c; } }`,
      ),
    ],
    [
      "a longer path",
      stdin(`server { listen 443 ssl; ${TLS} location /y { rewrite ^ /prompts; proxy_pass http://c; } }`),
    ],
    [
      "a cache of the host",
      container({ volumes: [{ containerPath: "/var/cache/nginx", hostPath: "/srv/cache" }] }),
    ],
    ["limits around the location", stdin(`http { ${GOOD} ${server("")} }`)],
    ["a server that is reached within the machine", stdin(server("listen unix:/x;"))],
    [
      "what goes to the service that decides",
      stdin(
        "server { listen 443 ssl; ssl_protocols TLSv1.3; location /v { proxy_pass http://d; } location = /prompt { client_max_body_size 1m; proxy_pass http://d; } location / { auth_request /v; client_max_body_size 1m; proxy_pass http://c; } }",
      ),
    ],
  ])("passes %s", (_, it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    [
      "what stands before a server",
      stdin(
        `#!/bin/sh\ncat > a.conf <<E\n# It's of ours:\nssl_ciphers NULL;\n\nmap $x $y {\n  '' b;\n}\n${server(GOOD)}\nE`,
      ),
      'it: stdin is "ssl_ciphers NULL"; wanted ciphers that authenticate and encrypt.',
    ],
    [
      "what stands before a server on its line",
      stdin(`echo 'ssl_ciphers NULL; ${server(GOOD)}' > a.conf`),
      'it: stdin is "ssl_ciphers NULL"; wanted ciphers that authenticate and encrypt.',
    ],
    [
      "a configuration with escapes for its lines",
      stdin(`printf '#\\n${OLD.replace("location", "\\nlocation")}' > a.conf`),
      old("stdin"),
    ],
    [
      "a server without a listener",
      stdin(`server { ${GOOD} ${OPEN} }`),
      'it: stdin is "no listen"; wanted ssl on each listener that hands requests on.',
    ],
    [
      "a question whose answer need not be yes",
      stdin(server(`${TLS} auth_request /v; satisfy any; allow all;`)),
      unlimited,
    ],
    [
      "a prompt that comes by an error",
      stdin(
        `server { listen 443 ssl; ${TLS} location = /prompt { error_page 418 = @app; return 418; } location @app { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "a prompt that comes by an error that all have",
      stdin(
        `server { listen 443 ssl; ${TLS} error_page 418 @app; location / { return 418; } location @app { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "another name for it with its query",
      stdin(server(`${TLS} location = /go { proxy_pass http://c:8188/prompt$is_args$args; }`, "/view")),
      unlimited,
    ],
    [
      "another folder for all of it",
      stdin(
        `server { listen 443 ssl; ${TLS} location / { limit_req zone=a; proxy_pass http://c; } location /comfy/ { proxy_pass http://c/; } }`,
      ),
      unlimited,
    ],
    [
      "another folder for its interface",
      stdin(
        `server { listen 443 ssl; ${TLS} location / { limit_req zone=a; proxy_pass http://c; } location ^~ /v1/ { proxy_pass http://c/api/; } }`,
      ),
      unlimited,
    ],
    [
      "a location in another that asks nobody",
      stdin(
        server(
          `${TLS} location / { auth_request /v; location /prompt { auth_request off; proxy_pass http://c; } }`,
          "/view",
        ),
      ),
      unlimited,
    ],
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
        `server { listen 443 ssl; ssl_protocols TLSv1.3; client_max_body_size 1m; location = /x { limit_req zone=a; } location / { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "the other spelling without a limit",
      stdin(
        `server { listen 443 ssl; ssl_protocols TLSv1.3; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } location /api/ { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "a location that lifts the bound",
      stdin(
        `server { listen 443 ssl; ${GOOD} location ~ ^/prompt { client_max_body_size 0; proxy_pass http://c; } }`,
      ),
      'it: stdin is "no client_max_body_size above 0"; wanted a bound for bodies.',
    ],
    [
      "ciphers that encrypt nothing",
      stdin(server(`${GOOD} ssl_ciphers HIGH:aNULL;`)),
      'it: stdin is "ssl_ciphers HIGH:aNULL"; wanted ciphers that authenticate and encrypt.',
    ],
    ...[
      "ALL",
      "HIGH:COMPLEMENTOFALL",
      "HIGH LOW",
      "HIGH,EXP",
      "EXPORT",
      "NULL",
      "HIGH:eNULL",
      "ADH",
      "AECDH-AES128-SHA",
      "ECDHE-RSA-RC4-SHA",
      "EDH-RSA-DES-CBC3-SHA",
      "3DES",
      "HIGH:+MD5",
      "DEFAULT:@SECLEVEL=0",
    ].map((ciphers): [string, Resource, string] => [
      `ciphers such as ${ciphers}`,
      stdin(server(`${GOOD} ssl_ciphers "${ciphers}";`)),
      `it: stdin is "ssl_ciphers ${ciphers}"; wanted ciphers that authenticate and encrypt.`,
    ]),
    [
      "ciphers in two words",
      stdin(server(`${GOOD} ssl_ciphers HIGH RC4;`)),
      'it: stdin is "ssl_ciphers HIGH RC4"; wanted ciphers that authenticate and encrypt.',
    ],
    [
      "no bound for bodies",
      stdin(server("ssl_protocols TLSv1.3; limit_req zone=a;")),
      'it: stdin is "no client_max_body_size above 0"; wanted a bound for bodies.',
    ],
    [
      "a listener without TLS",
      stdin(server(`${GOOD} listen 443 ssl; listen 80 default_server;`)),
      'it: stdin is "listen 80 default_server"; wanted ssl on each listener that hands requests on.',
    ],
    [
      "a listener on a socket and one on the network",
      stdin(OLD.replace("{", "{ listen unix:/x; listen 443 ssl;")),
      old("stdin"),
    ],
    [
      "a server of one word",
      stdin(`upstream c{server 127.0.0.1:8188;}http{${OLD.replace(" {", "{")}}`),
      old("stdin"),
    ],
    [
      "a service that says yes to everyone",
      stdin(server(`${TLS} location = /v { return 204; } auth_request /v;`)),
      unlimited,
    ],
    [
      "a regular expression in any case",
      stdin(
        `server { listen 443 ssl; ${TLS} location ~* ^/PROMPT$ { proxy_pass http://c; } location / { limit_req zone=a; proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "a beginning that comes before a regular expression",
      stdin(
        `server { listen 443 ssl; ${TLS} location ^~ /prompt { proxy_pass http://c; } location ~ prompt { limit_req zone=a; proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "a prompt that is sent on to a location without a limit",
      stdin(
        `server { listen 443 ssl; ${TLS} location = /prompt { rewrite ^/(.*)$ /inner/$1 last; } location /inner/ { proxy_pass http://c/; } }`,
      ),
      unlimited,
    ],
    [
      "a prompt that comes by a location's default",
      stdin(
        `server { listen 443 ssl; ${TLS} location = /prompt { try_files /none /other @app; } location @app { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "a prompt that goes round in a circle, and out",
      stdin(
        `server { listen 443 ssl; ${TLS} location = /prompt { rewrite ^ /b; } location = /b { rewrite ^ /prompt; rewrite ( /c; } location = /c { proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "another name for it",
      stdin(server(`${TLS} location = /go { proxy_pass http://c:8188/api/prompt; }`, "/view")),
      unlimited,
    ],
    [
      "a path that becomes it",
      stdin(server(`${TLS} location = /go { rewrite ^ /prompt break; proxy_pass http://c; }`, "/view")),
      unlimited,
    ],
    [
      "a bundle with a server in a file of its own",
      stdin(
        bundle({
          "a/nginx.conf.orig": [server(GOOD)],
          "a/nginx.conf": [
            "http {",
            TLS,
            ...Array.from({ length: 10 }, (_, at) => `# ${at}`),
            "include a/server.conf;",
            "}",
          ],
          "a/server.conf": ["server {", "listen 443 ssl;", OPEN, "}"],
        }),
      ),
      unlimited,
    ],
    [
      "a bundle whose lines beyond the count belong to no file",
      stdin(
        `${bundle({ "nginx.conf": ["http {", TLS, `server { listen 443 ssl; ${OPEN} }`] })}\nlimit_req zone=a; }`,
      ),
      unlimited,
    ],
    [
      "a copy of a file",
      resource("command:remote:CopyFile", { remotePath: "nginx.conf" }),
      'it: remotePath is "nginx.conf"; wanted the configuration as text.',
    ],
    [
      "a folder of the host",
      container({ mounts: [{ target: "/etc/nginx/conf.d", source: "/srv/gateway" }] }),
      'it: mounts[0].source is "/srv/gateway"; wanted the configuration as text.',
    ],
    [
      "a prompt that is sent on to the one location without a limit",
      stdin(
        `server { listen 443 ssl; ${TLS} location = /prompt { rewrite ^/(.*)$ /inner/$1 last; } location = /inner/prompt { proxy_pass http://c/; } location / { limit_req zone=a; proxy_pass http://c; } }`,
      ),
      unlimited,
    ],
    [
      "all of the configuration's folder",
      container({ volumes: [{ containerPath: "/etc/nginx", hostPath: "/srv/gateway" }] }),
      'it: volumes[0].hostPath is "/srv/gateway"; wanted the configuration as text.',
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
