import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorBody } from "../../components/gateway/errors";
import { publicOrigins } from "../../components/gateway/handover";
import { renderBundle } from "../../components/gateway/nginx/bundle";
import { isCidr } from "../../components/gateway/nginx/cidr";
import { renderNginxBundle, renderNginxFiles } from "../../components/gateway/nginx/render";
import { TARGET_FAULTS } from "../../components/gateway/nginx/target";
import { ROUTES, spellings } from "../../components/gateway/routes";

const SETTINGS = { hostNames: ["localhost", "127.0.0.1", "[::1]"], publicPort: 8443 };

describe("nginx.conf", () => {
  const files = renderNginxFiles(SETTINGS);
  const main = files["nginx.conf"] ?? "";

  it("has a location for every spelling of every route, and one for all else", () => {
    for (const route of ROUTES) {
      for (const path of spellings(route).filter((spelling) => !spelling.includes("{"))) {
        expect(main).toContain(`location = ${path} {\n      set $route ${route.id};`);
      }
    }
    expect(main).toContain('location / {\n      set $route "";');
  });

  it("asks for a verdict in every location that has an upstream", () => {
    const profiles = Object.entries(files).filter(([, text]) => text.includes("proxy_pass"));
    for (const [name, text] of profiles) {
      if (name === "nginx.conf") continue;
      expect(text).toContain("auth_request /.gateway/verify;");
      expect(text).toContain("if ($target_fault)");
      expect(text).toMatch(/client_max_body_size \d{6,};/);
    }
    expect(main.match(/proxy_pass /g)).toHaveLength(1);
    expect(profiles.length).toBeGreaterThan(5);
  });

  it("never puts a decoded path into an upstream's or an answer's hands", () => {
    for (const text of Object.values(files)) {
      expect(text).not.toMatch(
        /(?:proxy_pass|return|rewrite|proxy_set_header|add_header)[^;]*\$(?:uri|document_uri|request_uri|args)/,
      );
      expect(text).not.toMatch(/proxy_pass http:\/\/comfyui\//);
    }
  });

  it("keys a remembered verdict on everything it was judged by", () => {
    const verify = /location = \/\.gateway\/verify \{[\s\S]*?\n {4}\}/.exec(main)?.[0] ?? "";
    const judged = [...verify.matchAll(/proxy_set_header X-Gateway-\S+ (\$\w+);/g)].map(([, name]) => name);
    const key = /proxy_cache_key "(.*)"/.exec(verify)?.[1]?.split("\\n");
    expect(judged.length).toBeGreaterThan(7);
    expect(key?.sort()).toEqual(judged.sort());
    expect(main).not.toContain("proxy_cache_valid");
    expect(main).not.toContain("proxy_cache_use_stale");
  });

  it("remembers no verdict for a WebSocket, which would hold on to it for hours", () => {
    expect(main).toContain("proxy_cache_bypass $websocket_upgrade;");
    expect(main).toContain("proxy_no_cache $websocket_upgrade;");
  });

  it("writes audit lines in pieces that a pipe takes whole, within a second", () => {
    expect(main).toContain("access_log /dev/stdout audit buffer=4k flush=1s;");
  });

  it("speaks TLS 1.2 and 1.3 and nothing plain", () => {
    expect(main).toContain("ssl_protocols TLSv1.2 TLSv1.3;");
    expect([...main.matchAll(/listen (.*);/g)].map(([, what]) => what)).toEqual([
      "8443 ssl",
      "8443 ssl default_server",
    ]);
  });

  it("takes limits and names from the settings", () => {
    const other = renderNginxFiles({
      hostNames: ["comfy.example.com"],
      publicPort: 443,
      jsonBodyBytes: 7_000_000,
      fileBodyBytes: 9_000_000,
    });
    expect(other["serve/authorizer-json.conf"]).toContain("client_max_body_size 7000000;");
    expect(other["serve/direct-raw.conf"]).toContain("client_max_body_size 9000000;");
    expect(other["serve/authorizer-multipart.conf"]).toContain("client_max_body_size 26214400;");
    expect(other["nginx.conf"]).toContain("server_name comfy.example.com;");
    expect(other["nginx.conf"]).toContain("set $public_host $host;");
  });

  it.each(["", "LOCALHOST", "a b", "a;b", "localhost:8443", "::1", "*.example.com", "$host", "a\nb"])(
    "refuses the host name %j",
    (name) => {
      expect(() => renderNginxFiles({ ...SETTINGS, hostNames: [name] })).toThrow(/lower-case DNS name/);
    },
  );

  it("asks for client certificates only with a CA for them, and remembers no session", () => {
    expect(main).not.toContain("ssl_verify_client");
    const taking = renderNginxFiles({ ...SETTINGS, clientCa: "CA" })["nginx.conf"] ?? "";
    expect(taking).toContain("ssl_client_certificate tls/client-ca.crt;\n  ssl_verify_client optional;");
    expect(taking).not.toContain("optional_no_ca");
    for (const text of [main, taking]) {
      expect(text).toContain("ssl_session_tickets off;\n  ssl_session_cache off;");
    }
    const bundle = renderNginxBundle({ ...SETTINGS, serverCertificate: "C", serverKey: "K", clientCa: "CA" });
    expect(bundle).toContain("file tls/client-ca.crt 1\nCA\n");
  });

  it("knows whose address may ask, before anything else", () => {
    const outsider = (allowedCidrs: string[]) =>
      /geo \$outsider \{[^}]*\}/.exec(
        renderNginxFiles({ ...SETTINGS, allowedCidrs })["nginx.conf"] ?? "",
      )?.[0];
    expect(outsider([])).toBe('geo $outsider {\n    default "";\n  }');
    expect(outsider(["192.0.2.0/24", "2001:db8::/32", "192.0.2.0/24"])).toBe(
      'geo $outsider {\n    default 1;\n    192.0.2.0/24 "";\n    2001:db8::/32 "";\n  }',
    );
    for (const [name, text] of Object.entries(files)) {
      if (text.includes("auth_request /"))
        expect([name, text.split("\n")[0]]).toEqual([name, "if ($outsider) {"]);
    }
  });

  it.each([
    "0.0.0.0/0",
    "::/0",
    "203.0.113.7",
    "203.0.113.7/32",
    "10.0.0.0/8",
    "2001:db8::1",
    "2001:db8::/32",
    "::ffff:192.0.2.0/120",
  ])("takes the range %s", (cidr) => {
    expect(isCidr(cidr)).toBe(true);
  });

  it.each([
    "",
    "all",
    "10.0.0.0/33",
    "10.0.0.1/8",
    "10.0.0.0/08",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0/8",
    "010.0.0.1",
    "2001:db8::1/32",
    "2001:db8::/129",
    "fe80::1%eth0",
    "10.0.0.0/8;",
    " 10.0.0.0/8",
    "10.0.0.0-10.0.0.9",
    "example.com",
    "10.0.0.0/-1",
  ])("refuses the range %j", (cidr) => {
    expect(() => renderNginxFiles({ ...SETTINGS, allowedCidrs: ["192.0.2.1", cidr] })).toThrow(
      /allowedCidrs/,
    );
  });

  it("refuses to serve no name", () => {
    expect(() => renderNginxFiles({ ...SETTINGS, hostNames: [] })).toThrow(/at least one/);
  });
});

describe("the bundle", () => {
  it("carries nginx.conf, what it includes, and the certificate", () => {
    const text = renderNginxBundle({ ...SETTINGS, serverCertificate: "CERT\n", serverKey: "KEY" });
    expect(text.startsWith("comfy-gateway-bundle 1\nfile nginx.conf ")).toBe(true);
    expect(text).toContain("file tls/server.crt 1\nCERT\nfile tls/server.key 1\nKEY\n");
    expect(text).toMatch(/\nend \d+\n$/);
  });

  it("carries no certificate where install-certificate brings it, and nginx.conf names that one", () => {
    const text = renderNginxBundle({ ...SETTINGS, installedCertificate: true });
    expect(text).not.toContain("tls/");
    expect(text).toContain("ssl_certificate /etc/comfy-gateway/certificate/current/fullchain.pem;");
    expect(text).toContain("ssl_certificate_key /etc/comfy-gateway/certificate/current/privkey.pem;");
  });

  it("counts lines so that any text can be taken apart again", () => {
    const content = fc.string({ minLength: 1 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 5 }), (contents) => {
        const files = Object.fromEntries(contents.map((text, index) => [`f${index}`, text]));
        expect(takeApart(renderBundle(files))).toEqual(
          Object.fromEntries(
            Object.entries(files).map(([path, text]) => [path, text.endsWith("\n") ? text : `${text}\n`]),
          ),
        );
      }),
    );
  });

  it.each(["../a", "/a", "a/b/c", "a//b", ".a", "a b", "A", ""])("refuses the path %j", (path) => {
    expect(() => renderBundle({ [path]: "x" })).toThrow(/at most one folder/);
  });

  it.each(["", "a\0b"])("refuses the content %j", (content) => {
    expect(() => renderBundle({ a: content })).toThrow(/empty|binary/);
  });

  /** As apply-config does. */
  function takeApart(bundle: string): Record<string, string> {
    const lines = bundle.split("\n");
    const files: Record<string, string> = {};
    let position = 1;
    while (!lines[position]?.startsWith("end ")) {
      const [, path = "", count] = lines[position]?.split(" ") ?? [];
      files[path] = `${lines.slice(position + 1, position + 1 + Number(count)).join("\n")}\n`;
      position += 1 + Number(count);
    }
    return files;
  }
});

describe("targets", () => {
  const faulty = (target: string) =>
    TARGET_FAULTS.some(({ pattern }) => new RegExp(pattern, "i").test(target));

  it.each([
    ...[
      "//a",
      "/a//b",
      "/./a",
      "/../a",
      "/a/..",
      "/a/.",
      "/a/..?b",
      "/a%2e%2e/b",
      "/%2E/a",
      "/a\\b",
      "/a%5cb",
      "/a%5Cb",
    ],
    ...[
      "/a%00",
      "/a%0d%0a",
      "/a%1F",
      "/a%7f",
      "/a%25",
      "/a%c0%af",
      "/a%f8",
      "/a;b",
      "/a#b",
      "/a?b#c",
      "/a b",
      "/ä",
      "/a|b",
    ],
    ...[
      "/u/..%2fa",
      "/u/a%2f..",
      "/u/a%2f../b",
      "/u/%2fa",
      "/u/a%2f",
      "/u/a%2f%2fb",
      "/u/a%2f.%2fb",
      "/a{b}",
      "/a<b>",
      '/a"',
      "/a`",
      "/a^",
    ],
  ])("%j is refused", (target) => {
    expect(faulty(target)).toBe(true);
  });

  it.each([
    ...[
      "/",
      "/prompt",
      "/%70rompt",
      "/a.b",
      "/a..b",
      "/..a",
      "/a...",
      "/.well-known/x",
      "/a%20b",
      "/a%2fb",
      "/a%2Fb.json",
    ],
    ...[
      "/a?b=../c",
      "/a?b=%2e%2e%2f",
      "/a?b=c;d",
      "/a?b=//",
      "/a?b=%0d",
      "/a?b=\\",
      "/%C3%A9",
      "/%F0%9F%98%80",
      "/a:b@c!$&'()*+,=",
    ],
  ])("%j is not a fault", (target) => {
    expect(faulty(target)).toBe(false);
  });

  it("what is let through means the same whether a server resolves it or only decodes it", () => {
    const piece = fc.constantFrom(
      "a",
      "/",
      "..",
      ".",
      "%2f",
      "%2e",
      "%2F",
      "%5c",
      "\\",
      "%25",
      "%61",
      ";",
      "?",
      "#",
      "%00",
      "//",
      "~",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const target = `/${pieces.join("")}`;
        if (faulty(target)) return;
        const path = target.split("?")[0] ?? "";
        const decoded = decodeURIComponent(path);
        // A WHATWG parser resolves dot segments, backslashes and percent-encoded dots.
        expect(decodeURIComponent(new URL(target, "http://x").pathname)).toBe(decoded);
        expect(decoded.split("/").filter((segment) => segment === "." || segment === "..")).toEqual([]);
        expect(decodeURIComponent(decoded)).toBe(decoded);
        expect(decoded).not.toContain("//");
      }),
      { numRuns: 20_000 },
    );
  });
});

describe("answers", () => {
  it("an error's body is one line that nginx and headers can carry", () => {
    const body = errorBody(400, "x", "it's $5, ä\nnext");
    expect(body).toMatch(/^[\x20-\x7e]+$/);
    expect(body).not.toMatch(/['$]/);
    expect(JSON.parse(body)).toEqual({ error: { status: 400, code: "x", message: "it's $5, ä\nnext" } });
  });

  it("origins name the port unless it is 443", () => {
    expect(publicOrigins(["a.example", "[::1]"], 443)).toEqual(["https://a.example", "https://[::1]"]);
    expect(publicOrigins(["localhost"], 8443)).toEqual(["https://localhost:8443"]);
  });
});
