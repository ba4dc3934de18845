import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorBody } from "../../components/gateway/errors";
import { INVENTORY_SECONDS, publicOrigins } from "../../components/gateway/handover";
import { renderBundle } from "../../components/gateway/nginx/bundle";
import { cidrProblem, isCidr } from "../../components/gateway/nginx/cidr";
import { renderNginxBundle, renderNginxFiles } from "../../components/gateway/nginx/render";
import { TARGET_FAULTS } from "../../components/gateway/nginx/target";
import { HASHED_FILE, hasEncodedParameter, ROUTES, spellings } from "../../components/gateway/routes";

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
      expect(text).toContain(`auth_request /.gateway/verify${name.includes("socket") ? "-socket" : ""};`);
      expect(text).toContain("if ($target_fault)");
      expect(text).toMatch(/client_max_body_size \d{6,};/);
    }
    // The questions for the verdict, what the authorizer has passed, and the hop that compresses, which only nginx itself
    // can reach.
    expect(main.match(/proxy_pass .*/g)).toEqual([
      "proxy_pass http://authorizer/;",
      "proxy_pass http://authorizer/;",
      "proxy_pass http://comfyui;",
      "proxy_pass http://comfyui;",
    ]);
    expect(profiles.length).toBeGreaterThan(5);
  });

  it("lets the authorizer alone send a request to where it passes, and only of an inspected route", () => {
    const honouring = Object.entries(files).filter(
      ([, text]) =>
        text.includes("proxy_ignore_headers") && !/proxy_ignore_headers[^;]*X-Accel-Redirect/.test(text),
    );
    expect(honouring.map(([name]) => name)).toEqual(["serve/inspected-json.conf"]);
    expect(honouring[0]?.[1]).toContain("proxy_pass http://authorizer;");
    for (const [, ignored] of main.matchAll(/proxy_ignore_headers ([^;]*);/g)) {
      expect(ignored).toContain("X-Accel-Redirect");
    }
    const inspected = ROUTES.filter(({ handling }) => handling === "inspected");
    expect(inspected.map(({ id }) => id)).toEqual(["prompt"]);
    const references = Object.values(files).flatMap((text) => text.match(/.*@passed.*/g) ?? []);
    expect(references.map((line) => line.trim())).toEqual(["location @passed {"]);
    const passed = /location @passed \{[\s\S]*?\n {4}\}/.exec(main)?.[0] ?? "";
    expect(passed).toContain("proxy_set_header Content-Type $json_content_type;");
    expect(passed).not.toContain("X-Gateway-");
    // Nor is anything else but the body nginx has read whole: what is inspected is what is sent.
    expect(honouring[0]?.[1]).not.toContain("proxy_request_buffering");
    expect(passed).not.toContain("proxy_request_buffering");
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
    const verify = /location = \/\.gateway\/verify-socket \{[\s\S]*?\n {4}\}/.exec(main)?.[0] ?? "";
    expect(verify).toContain("proxy_set_header X-Gateway-Purpose verify;");
    expect(verify).not.toContain("proxy_cache");
  });

  it("writes audit lines in pieces that a pipe takes whole, within a second", () => {
    expect(main).toContain("access_log /dev/stdout audit buffer=4k flush=20ms;");
  });

  it("speaks TLS 1.2 and 1.3 and nothing plain", () => {
    expect(main).toContain("ssl_protocols TLSv1.2 TLSv1.3;");
    expect([...main.matchAll(/listen (.*);/g)].map(([, what]) => what)).toEqual([
      "8443 ssl",
      "8443 ssl default_server",
      "8443 ssl",
      "unix:/tmp/compressor.sock",
      "unix:/run/tally/status.sock",
    ]);
  });

  it("takes limits and names from the settings", () => {
    const other = renderNginxFiles({
      hostNames: ["comfy.example.com"],
      publicPort: 443,
      jsonBodyBytes: 7_000_000,
      fileBodyBytes: 9_000_000,
    });
    expect(other["serve/inspected-json.conf"]).toContain("client_max_body_size 7000000;");
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
    const pems = { serverCertificate: "C", serverKey: "K", clientCa: "CA" };
    const bundle = renderNginxBundle({ ...SETTINGS, ...pems });
    expect(bundle).toContain("file tls/client-ca.crt 1\nCA\n");
    expect(bundle).not.toContain("crl");
    const revoking = renderNginxBundle({ ...SETTINGS, ...pems, clientCrl: "CRL" });
    expect(revoking).toContain("file tls/client-ca.crl 1\nCRL\n");
    expect(revoking).toContain("  ssl_crl tls/client-ca.crl;\n");
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
    "::1:0:0/96",
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
    "::ffff:192.0.2.0/120",
    "::ffff:0:0/96",
    "::FFFF:c000:201",
  ])("refuses the range %j", (cidr) => {
    expect(() => renderNginxFiles({ ...SETTINGS, allowedCidrs: ["192.0.2.1", cidr] })).toThrow(
      /allowedCidrs/,
    );
  });

  it.each([
    ["1.2.3.4/24", "1.2.3.4 is not where a /24 begins; the range is 1.2.3.0/24, the address 1.2.3.4"],
    [
      "2001:db8::1:2/112",
      "2001:db8::1:2 is not where a /112 begins; the range is 2001:db8::1:0/112, the address 2001:db8::1:2",
    ],
    ["1.2.3.0/33", "the longest prefix is /32"],
    ["::ffff:1.2.3.4", "it is IPv4 written as IPv6; write the IPv4 address or range itself"],
    ["1.2.3.0/255.255.255.0", "it is no IPv4 or IPv6 address or range"],
  ])("says what is wrong with %s", (cidr, problem) => {
    expect(cidrProblem(cidr)).toBe(problem);
  });

  it("never allows an address behind which clients hide, however it is listed", () => {
    const geo = (allowedCidrs: string[]) => {
      const proxyAddresses = ["172.18.0.1", "fd00::1"];
      const { "nginx.conf": text = "" } = renderNginxFiles({ ...SETTINGS, allowedCidrs, proxyAddresses });
      return /geo \$outsider \{\n([^}]*?)\s*\}/
        .exec(text)?.[1]
        ?.split("\n")
        .map((line) => line.trim());
    };
    const hidden = ["172.18.0.1 1;", "fd00::1 1;"];
    expect(geo(["172.16.0.0/12"])).toEqual(["default 1;", '172.16.0.0/12 "";', ...hidden]);
    expect(geo(["172.18.0.1", "172.18.0.1/32", "fd00::1/128"])).toEqual(["default 1;", ...hidden]);
    expect(geo([])).toEqual(['default "";']);
  });

  it("listens on IPv6 only where there is IPv6", () => {
    const { "nginx.conf": text = "" } = renderNginxFiles({ ...SETTINGS, ipv6: true });
    expect([...text.matchAll(/listen (.*);/g)].map(([, what]) => what)).toEqual([
      "8443 ssl",
      "[::]:8444 ssl",
      "8443 ssl default_server",
      "[::]:8444 ssl default_server",
      "8443 ssl",
      "[::]:8444 ssl",
      "unix:/tmp/compressor.sock",
      "unix:/run/tally/status.sock",
    ]);
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
    expect(text).toContain("root /etc/comfy-gateway/certificate/current/fullchain.pem;");
    expect(text).toContain("ssl_certificate $certificate_folder/fullchain.pem;");
    expect(text).toContain("ssl_certificate_key $certificate_folder/privkey.pem;");
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
      "/view?filename=../../etc/passwd",
      "/api/view?filename=a.png&subfolder=..",
      "/view?type=output&subfolder=a/%2E./b&filename=x",
      "/view?subfolder=a%2F..%2Fb",
      "/view?subfolder=a\\..\\b",
      "/view?subfolder=%5c..",
      "/view?filename=/etc/passwd",
      "/view?filename=%2fetc%2fpasswd",
      "/view?file%6eame=%5cx",
      "/view?filename=a.png%00.txt",
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
      "/view?filename=a..b.png&type=output&subfolder=x/y",
      "/view?filename=first_00001_.png&subfolder=&type=output&preview=webp;90&channel=rgba",
      "/view?filename=%C3%A4%20b.png&subfolder=a%2Fb",
      "/views?filename=../x",
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

describe("what may be used again", () => {
  const files = renderNginxFiles(SETTINGS);
  const main = files["nginx.conf"] ?? "";
  const kept = ROUTES.filter(({ caching }) => caching === "gateway");

  it("is kept for everybody only where the answer is everybody's", () => {
    expect(kept.map(({ id }) => id)).toEqual(["object-info"]);
    for (const { path, access, handling, payload } of kept) {
      expect(path).not.toContain("{");
      expect(Object.keys(access)).toEqual(["GET"]);
      expect([handling, payload]).toEqual(["direct", "none"]);
    }
  });

  it("is kept under a key without a client's word, from a request without one, and only by that profile", () => {
    const keeping = Object.entries(files).filter(([, text]) => text.includes("proxy_cache inventory;"));
    expect(keeping.map(([name]) => name)).toEqual(["serve/direct-none-kept.conf"]);
    const profile = keeping[0]?.[1] ?? "";
    expect(profile).toContain('proxy_cache_key "$route $coding $inventory_slot";');
    expect(profile.indexOf("auth_request")).toBeLessThan(profile.indexOf("proxy_cache"));
    expect([...profile.matchAll(/proxy_set_header \S+ (.*);/g)].map(([, value]) => value)).toEqual([
      "localhost",
      '""',
      "$coding",
    ]);
    expect(profile).not.toContain("proxy_cache_use_stale");
  });

  it("is kept for five seconds of the clock", () => {
    const map = /map \$time_iso8601 \$inventory_slot \{([\s\S]*?)\n {2}\}/.exec(main)?.[1] ?? "";
    const rules = [...map.matchAll(/"~(.*)" "\$\{\w+\}(\d)";/g)];
    const slot = (time: string) => {
      const [, expression = "", digit] = rules.find(([, rule = ""]) => new RegExp(rule).test(time)) ?? [];
      return `${new RegExp(expression).exec(time)?.[1]}${digit}`;
    };
    const slots = Array.from({ length: 60 }, (_, second) =>
      slot(`2026-11-24T00:06:${String(second).padStart(2, "0")}+00:00`),
    );
    expect(slots).toEqual(
      Array.from({ length: 60 }, (_, second) => {
        const first = String(second - (second % INVENTORY_SECONDS)).padStart(2, "0");
        return `2026-11-24T00:06:${first}`;
      }),
    );
  });

  it("is never left to a cache between", () => {
    const policies = [...main.matchAll(/(no-store|(?:private|public), [^";]*)"?;$/gm)];
    expect(policies.map(([, value]) => value).sort()).toEqual([
      ...["no-store", "no-store"],
      ...["private, max-age=31536000, immutable", "private, no-cache", "private, no-cache"],
    ]);
    for (const { id, path, caching } of ROUTES.filter(({ path }) => hasEncodedParameter(path))) {
      expect([id, path, caching]).toEqual([id, path, "none"]);
    }
  });

  it.each([
    "/assets/index-BKeTeXLp.js",
    "/assets/GraphView-CIE4Y1aC.js",
    "/assets/a-aaaaaaa1.woff2",
    "/assets/x-_-A-bcde.css",
  ])("%s has a hash in its name", (path) => {
    expect(path).toMatch(new RegExp(HASHED_FILE));
  });

  it.each([
    "/assets/sorted-custom-node-map.json",
    "/assets/index.js",
    "/assets/CREDIT.txt",
    "/assets/images/a-BKeTeXLp.svg",
    "/assets/index-BKeTeXL.js",
    "/assets/index-BKeTeXLp.js/x",
    "/assets/index-BKeTeXLp",
    "/scripts/index-BKeTeXLp.js",
  ])("%s has none that counts", (path) => {
    expect(path).not.toMatch(new RegExp(HASHED_FILE));
  });
});

describe("the coding of an answer", () => {
  const coding = (header: string) => {
    const map = /map \$http_accept_encoding \$coding \{([^}]*)\}/.exec(main)?.[1] ?? "";
    const rules = [...map.matchAll(/"~\*(.*)" (\w+);/g)];
    return rules.find(([, expression = ""]) => new RegExp(expression, "i").test(header))?.[2] ?? "identity";
  };
  const main = renderNginxFiles(SETTINGS)["nginx.conf"] ?? "";

  it.each([
    ["", "identity"],
    ["gzip", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["br;q=1.0, gzip;q=0.8, *;q=0.1", "br"],
    ["br;q=0, gzip", "gzip"],
    ["br;q=0.000,gzip;q=0.001", "gzip"],
    ["br ; q=0 , gzip;q=0.0", "identity"],
    ["BR", "br"],
    ["brotli, xgzip, gzipx", "identity"],
    ["identity", "identity"],
    ["*", "identity"],
  ])("for %j is %s", (header, expected) => {
    expect(coding(header)).toBe(expected);
  });

  it("pictures and event streams are left alone", () => {
    for (const types of main.matchAll(/(?:gzip|brotli)_types (.*);/g)) {
      expect(types[1]).not.toMatch(/image\/(?!svg)|event-stream|octet-stream|video|woff/);
    }
    for (const route of ROUTES.filter(({ content }) => content === "untrusted").slice(0, 1)) {
      expect(main).toMatch(new RegExp(`set \\$route ${route.id};[^}]*gzip off;\\s+brotli off;`));
    }
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
