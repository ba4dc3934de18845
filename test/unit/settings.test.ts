import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectConfig, readSettings, SettingsError, type SettingsSource } from "../../infra/settings";

function read(config: Record<string, unknown>, more: Partial<SettingsSource> = {}) {
  const text = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return readSettings({ stack: "local", config: text, env: {}, fileExists: () => true, ...more });
}

function problems(config: Record<string, unknown>, more: Partial<SettingsSource> = {}) {
  try {
    read(config, more);
  } catch (error) {
    if (error instanceof SettingsError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

const MODEL = {
  url: "https://m.example.com/v1/a.safetensors?download=true",
  sha256: "ab".repeat(32),
  folder: "checkpoints",
};

describe("settings", () => {
  it("name a model as its URL does, and know no models from an empty list", () => {
    expect(read({ models: [MODEL] }).models).toEqual([{ ...MODEL, name: "a.safetensors" }]);
    expect(read({ models: [{ ...MODEL, folder: "loras/x", name: "b.gguf" }] }).models?.[0]?.name).toBe(
      "b.gguf",
    );
    expect(read({}).models).toBeUndefined();
    expect(read({ models: [] }).models).toEqual([]);
    expect(read({}).watcher).toEqual({ action: "alert" });
  });

  it("are complete without any of one's own", () => {
    expect(read({})).toMatchObject({
      stack: "local",
      target: "local",
      domain: "localhost",
      port: 8443,
      methods: ["apiKey"],
      clients: [
        { name: "worker", role: "worker", rate: "10r/m", burst: 5, generation: 1, retirePrevious: false },
        { name: "me", role: "admin", rate: "10r/m", burst: 5, generation: 1, retirePrevious: false },
      ],
      comfyui: { source: "auto", accelerator: "cpu" },
    });
  });

  it("keep the defaults beside a nested key that is given", () => {
    expect(read({ comfyui: { source: "stand-in" } }).comfyui).toMatchObject({
      source: "stand-in",
      accelerator: "cpu",
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it("cannot be changed by who reads them", () => {
    const settings = read({});
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.clients[0])).toBe(true);
  });

  it("name every problem at once, with key, value, what is allowed and the fix", () => {
    const found = problems({ target: "moon", port: 0, nope: "x", clients: [{ name: "A", role: "root" }] });
    expect(found.map((p) => p.key).sort()).toEqual([
      "clients.0.name",
      "clients.0.role",
      "nope",
      "port",
      "target",
    ]);
    for (const problem of found) {
      expect(problem.value).not.toBe("");
      expect(problem.allowed).not.toBe("");
      expect(problem.fix).not.toBe("");
    }
    expect(found.find((p) => p.key === "port")).toEqual({
      key: "port",
      value: "0",
      allowed: "a whole number from 1 to 65535",
      fix: "set a free port, such as 8443",
    });
  });

  it.each([
    ["a misspelt top-level key", { prot: 8443 }, "prot"],
    ["a misspelt nested key", { comfyui: { sauce: "stand-in" } }, "comfyui.sauce"],
    ["a misspelt client key", { clients: [{ name: "a", role: "user", rolle: 1 }] }, "clients.0.rolle"],
    ["a port beyond the last", { port: 65536 }, "port"],
    ["a port that is no number", { port: "https" }, "port"],
    ["a broken port", { port: 8443.5 }, "port"],
    ["a domain with a scheme", { domain: "https://comfy.example.com" }, "domain"],
    ["a domain in upper case", { domain: "Comfy.example.com" }, "domain"],
    ["a domain that would break out of a configuration", { domain: "a;include /etc/passwd" }, "domain"],
    ["a method there is not", { methods: ["apiKey", "password"] }, "methods.1"],
    [
      "a client's method that is not enabled",
      { clients: [{ name: "a", role: "user", methods: ["jwt"] }] },
      "clients.0.methods.0",
    ],
    [
      "a weak password",
      { clients: [{ name: "a", role: "user", password: "hunter2" }] },
      "clients.0.password",
    ],
    ["a token life of a minute less", { jwt: { maxLifetimeSeconds: 59 } }, "jwt.maxLifetimeSeconds"],
    [
      "an algorithm that signs nothing",
      { jwt: { keys: [{ kid: "k", algorithm: "none", key: "x", role: "user" }] } },
      "jwt.keys.0.algorithm",
    ],
    [
      "a kid that is a client's name",
      { jwt: { keys: [{ kid: "me", algorithm: "HS256", key: "x", role: "user" }] } },
      "jwt.keys.0.kid",
    ],
    ["no method at all", { methods: [] }, "methods"],
    ["no client at all", { clients: [] }, "clients"],
    ["clients that are no list", { clients: "me" }, "clients"],
    ["a client without a role", { clients: [{ name: "me" }] }, "clients.0.role"],
    ["a client name that is a path", { clients: [{ name: "../me", role: "user" }] }, "clients.0.name"],
    ["a rate without a unit", { clients: [{ name: "a", role: "user", rate: "10" }] }, "clients.0.rate"],
    ["a rate of none", { clients: [{ name: "a", role: "user", rate: "0r/m" }] }, "clients.0.rate"],
    ["a negative burst", { clients: [{ name: "a", role: "user", burst: -1 }] }, "clients.0.burst"],
    [
      "a generation before the first",
      { clients: [{ name: "a", role: "user", generation: 0 }] },
      "clients.0.generation",
    ],
    ["an allow list that allows nothing", { comfyui: { allowedNodes: [] } }, "comfyui.allowedNodes"],
    ["a branch for a commit", { comfyui: { commit: "master" } }, "comfyui.commit"],
    ["a short commit", { comfyui: { commit: "20ca544" } }, "comfyui.commit"],
    ["an accelerator nobody has", { comfyui: { accelerator: "tpu" } }, "comfyui.accelerator"],
    ["a source that is neither word nor path", { comfyui: { source: "latest" } }, "comfyui.source"],
    [
      "a model over plain http",
      { models: [{ ...MODEL, url: "http://m.example.com/a.gguf" }] },
      "models.0.url",
    ],
    [
      "a model with a password",
      { models: [{ ...MODEL, url: "https://a:b@m.example.com/a.gguf" }] },
      "models.0.url",
    ],
    ["half a hash", { models: [{ ...MODEL, sha256: "ab" }] }, "models.0.sha256"],
    ["a folder outside", { models: [{ ...MODEL, folder: "../custom_nodes" }] }, "models.0.folder"],
    ["an absolute folder", { models: [{ ...MODEL, folder: "/etc" }] }, "models.0.folder"],
    ["a hidden folder", { models: [{ ...MODEL, folder: ".parts" }] }, "models.0.folder"],
    ["a pickle by name", { models: [{ ...MODEL, name: "a.ckpt" }] }, "models.0.name"],
    ["a name that is a path", { models: [{ ...MODEL, name: "../a.gguf" }] }, "models.0.name"],
    [
      "an URL without a name",
      { models: [{ ...MODEL, url: "https://m.example.com/get?id=5" }] },
      "models.0.name",
    ],
    [
      "an URL whose name is a path",
      { models: [{ ...MODEL, url: "https://m.example.com/x%2Fa.gguf" }] },
      "models.0.name",
    ],
    ["two models of one path", { models: [MODEL, { ...MODEL, name: "A.safetensors" }] }, "models.1.name"],
    ["a misspelt key of a model", { models: [{ ...MODEL, hash: "x" }] }, "models.0.hash"],
    ["an action there is not", { watcher: { action: "kill" } }, "watcher.action"],
    ["a base image by tag", { build: { baseImage: "debian:trixie-slim" } }, "build.baseImage"],
    [
      "a base image by a digest one digit short",
      { build: { baseImage: `debian@sha256:${"a".repeat(63)}` } },
      "build.baseImage",
    ],
  ])("refuse %s", (_, config, key) => {
    expect(problems(config).map((p) => p.key)).toEqual([key]);
  });

  it.each([
    ["2027-01-31", "2027-01-31T00:00:00Z"],
    ["2028-02-29", "2028-02-29T00:00:00Z"],
    ["2027-01-31T18:00:00+01:00", "2027-01-31T17:00:00Z"],
    ["2027-01-31T18:00:00.9Z", "2027-01-31T18:00:00Z"],
    // What the Pulumi CLI hands on of YAML without quotes (tried with 3.19x).
    ["2027-01-31 00:00:00 +0000 UTC", "2027-01-31T00:00:00Z"],
    ["2027-01-31 18:00:00 +0100 +0100", "2027-01-31T17:00:00Z"],
    // The past is no mistake: the rest of the stack must stay manageable when a date has passed.
    ["2020-01-01", "2020-01-01T00:00:00Z"],
  ])("read the expiry %j as %s", (expires, expected) => {
    expect(read({ clients: [{ name: "a", role: "user", expires }] }).clients[0]?.expires).toBe(expected);
  });

  it.each([
    ...["", "soon", "2027", "2027-13-01", "2027-02-29", "2027-02-30T00:00:00Z", "2027-1-31", "31.01.2027"],
    ...["2027-01-31T25:00:00Z", "2027-01-31T12:00:00", "2027-01-31 12:00", "2027-02-30 00:00:00 +0000 UTC"],
    ...["2027-01-31\n", " 2027-01-31", 1_800_000_000, null, true],
  ])("refuse the expiry %j", (expires) => {
    expect(problems({ clients: [{ name: "a", role: "user", expires }] }).map((p) => p.key)).toEqual([
      "clients.0.expires",
    ]);
  });

  describe("who may connect", () => {
    const domain = "comfy.example.com";

    it("is everyone with IPv4 unless said otherwise", () => {
      expect(read({})).toMatchObject({ allowedCidrs: [], ipv6: false });
      const allowedCidrs = ["203.0.113.7", "0.0.0.0/0", "2001:db8::/32", "::/0"];
      expect(read({ domain, ipv6: true, allowedCidrs })).toMatchObject({ allowedCidrs, ipv6: true });
    });

    it.each([
      ["on loopback, where nobody can be told apart", { allowedCidrs: ["127.0.0.1"] }, ["allowedCidrs"]],
      ["of IPv6 where nobody has it", { domain, allowedCidrs: ["2001:db8::/32"] }, ["allowedCidrs.0"]],
      ["with bits beyond the prefix", { domain, allowedCidrs: ["::/0", "1.2.3.4/24"] }, [0, 1]],
      ["with a bad mask", { domain, allowedCidrs: ["10.0.0.0/33"] }, [0]],
      ["of IPv4 as IPv6", { domain, ipv6: true, allowedCidrs: ["::ffff:192.0.2.1"] }, [0]],
      ["of names", { domain, allowedCidrs: ["example.com", "all"] }, [0, 1]],
      ["of what is no text", { domain, allowedCidrs: [5] }, [0]],
      ["that is no list", { domain, allowedCidrs: "10.0.0.0/8" }, ["allowedCidrs"]],
      ["of a switch that is none", { ipv6: "yes" }, ["ipv6"]],
    ])("is not an allowlist %s", (_, config, keys) => {
      expect(problems(config).map((p) => p.key)).toEqual(
        keys.map((key) => (typeof key === "number" ? `allowedCidrs.${key}` : key)),
      );
    });

    it("is told with the reason and the fix", () => {
      expect(problems({ domain, allowedCidrs: ["1.2.3.4/24"] })).toEqual([
        {
          key: "allowedCidrs.0",
          value:
            '"1.2.3.4/24": 1.2.3.4 is not where a /24 begins; the range is 1.2.3.0/24, the address 1.2.3.4',
          allowed: expect.stringContaining("2001:db8::/32"),
          fix: expect.stringContaining("0.0.0.0/0 is everyone"),
        },
      ]);
      expect(problems({ allowedCidrs: ["1.2.3.4"] })[0]?.value).toContain("only programs on this machine");
    });
  });

  describe("with custom nodes", () => {
    const url = "https://git.example.com/someone/some-nodes";
    const commit = "0123456789abcdef0123456789abcdef01234567";
    const custom = (...customNodes: object[]) => ({ comfyui: { source: "/srv/ComfyUI", customNodes } });

    it("name each after its URL or path, unless it is named", () => {
      const nodes = [
        { url: `${url}.git`, commit },
        { url: "./nodes/mine/" },
        { url: "/srv/other", name: "theirs", commit },
      ];
      expect(read(custom(...nodes)).comfyui.customNodes).toEqual([
        { name: "some-nodes", url: `${url}.git`, commit },
        { name: "mine", url: "./nodes/mine/" },
        { name: "theirs", url: "/srv/other", commit },
      ]);
    });

    it.each([
      ["a URL without a commit", [{ url }], "0.commit"],
      ["a branch", [{ url, commit: "main" }], "0.commit"],
      ["a short commit", [{ url, commit: "0123456" }], "0.commit"],
      ["plain HTTP", [{ url: "http://git.example.com/a/b", commit }], "0.url"],
      ["a URL with credentials", [{ url: "https://a:b@git.example.com/a/b", commit }], "0.url"],
      ["a URL with a query", [{ url: `${url}?x`, commit }], "0.url"],
      ["an SSH address", [{ url: "git@git.example.com:a/b", commit }], "0.url"],
      ["an option for git", [{ url: "--upload-pack=x", commit }], "0.url"],
      ["two of one name", [{ url, commit }, { url: "./Some-Nodes" }], "1.name"],
      ["a name that leads elsewhere", [{ url, commit, name: "../x" }], "0.name"],
      ["a name that is a flag", [{ url, commit, name: "--enable-manager" }], "0.name"],
      ["a name that ComfyUI skips", [{ url: "./some.disabled" }], "0.name"],
      ["ComfyUI-Manager", [{ url: "https://git.example.com/ltdrdata/ComfyUI-Manager", commit }], "0.url"],
      ["a denied repository", [{ url: "https://git.example.com/seanlynch/srl-nodes.git", commit }], "0.url"],
      ["a misspelt key", [{ url, commit, branch: "main" }], "0.branch"],
    ])("refuse %s", (_what, nodes, key) => {
      expect(problems(custom(...nodes)).map((p) => p.key)).toEqual([`comfyui.customNodes.${key}`]);
    });

    it("say why a repository is denied", () => {
      const node = { url: "https://git.example.com/Filliptm/ComfyUI_Fill-Nodes", commit };
      expect(problems(custom(node))[0]?.value).toContain("its FL_CodeNode runs Python from the workflow");
    });

    it("refuse them, and a lock, for the stand-in", () => {
      const comfyui = { source: "stand-in", customNodes: [{ url, commit }], lock: "./requirements.lock" };
      expect(problems({ comfyui }).map((p) => p.key)).toEqual(["comfyui.customNodes", "comfyui.lock"]);
    });

    it("refuse a folder and a lock that are not there", () => {
      const comfyui = { customNodes: [{ url: "./no/such" }], lock: "./no/such.lock" };
      expect(problems({ comfyui }, { fileExists: () => false }).map((p) => p.key)).toEqual([
        "comfyui.lock",
        "comfyui.customNodes.0.url",
      ]);
    });

    it("take another index for torch, over HTTPS only", () => {
      const torchIndex = "https://mirror.example.com/whl/cu130";
      expect(read({ comfyui: { torchIndex } }).comfyui.torchIndex).toBe(torchIndex);
      expect(
        problems({ comfyui: { torchIndex: "http://mirror.example.com/whl" } }).map((p) => p.key),
      ).toEqual(["comfyui.torchIndex"]);
    });
  });

  it("refuse two clients of one name, naming the second", () => {
    const clients = [
      { name: "a", role: "user" },
      { name: "b", role: "user" },
      { name: "a", role: "admin" },
    ];
    expect(problems({ clients }).map((p) => p.key)).toEqual(["clients.2.name"]);
  });

  it("refuse a checkout and a CA bundle that are not there", () => {
    const config = { comfyui: { source: "/no/such" }, build: { caBundle: "/no/such.pem" } };
    expect(problems(config, { fileExists: () => false }).map((p) => p.key)).toEqual([
      "comfyui.source",
      "build.caBundle",
    ]);
  });

  describe("with certificate letsencrypt", () => {
    const domain = "comfy.example.com";
    const hooks = { email: "me@example.com", dnsHooks: "/srv/dns" };
    const ask = (acme: unknown, more: Record<string, unknown> = {}) => ({
      certificate: "letsencrypt",
      domain,
      acme,
      ...more,
    });

    it("ask Let's Encrypt, and prove the domain by hooks or Route 53", () => {
      expect(read(ask(hooks)).acme).toEqual({
        email: "me@example.com",
        directoryUrl: "production",
        dns: { host: "hooks", folder: "/srv/dns" },
      });
      const zone = { email: "me@example.com", zoneId: "Z0123456789ABCDEFGHIJ", directoryUrl: "staging" };
      expect(read(ask(zone)).acme).toEqual({
        email: "me@example.com",
        directoryUrl: "staging",
        dns: { host: "route53", zoneId: "Z0123456789ABCDEFGHIJ" },
      });
      expect(read({}).acme).toBeUndefined();
    });

    it("find a relative folder of hooks from the project's folder", () => {
      const { acme } = read(ask({ ...hooks, dnsHooks: "./dns" }));
      expect(acme?.dns).toEqual({ host: "hooks", folder: `${process.cwd()}/dns` });
    });

    it.each([
      ["no acme, on localhost", { certificate: "letsencrypt" }, ["domain", "acme.email", "acme.dnsHooks"]],
      ["a name nobody certifies", ask(hooks, { domain: "comfy.internal" }), ["domain"]],
      ["an address", ask(hooks, { domain: "192.0.2.1" }), ["domain"]],
      [
        "localhost at an authority of one's own",
        ask({ ...hooks, directoryUrl: "https://ca.lan/dir" }, { domain: "localhost" }),
        ["domain"],
      ],
      ["a broken domain, once", ask(hooks, { domain: "Comfy.example.com" }), ["domain"]],
      ["two ways to prove the domain", ask({ ...hooks, zoneId: "Z1" }), ["acme.zoneId"]],
      ["no way to prove the domain", ask({ email: "me@example.com" }), ["acme.dnsHooks"]],
      ["a zone's name for its id", ask({ email: "me@example.com", zoneId: "example.com" }), ["acme.zoneId"]],
      [
        "half an address and plain text",
        ask({ ...hooks, email: "me", directoryUrl: "http://ca/dir" }),
        ["acme.email", "acme.directoryUrl"],
      ],
      ["a misspelt key", ask({ ...hooks, mail: "x" }), ["acme.mail"]],
      ["hooks that are no path", ask({ ...hooks, dnsHooks: "dns" }), ["acme.dnsHooks"]],
      ["acme that nobody asked for", { domain, acme: hooks }, ["acme"]],
    ])("refuse %s", (_, config, keys) => {
      const found = problems(config);
      expect(found.map((p) => p.key)).toEqual(keys);
      for (const problem of found) {
        expect(Object.values(problem).every((text) => text !== "")).toBe(true);
        expect(Object.keys(problem).sort()).toEqual(["allowed", "fix", "key", "value"]);
      }
    });

    it("say why, and name the hook or bundle that is not there", () => {
      expect(problems(ask(hooks, { domain: "comfy.lan" }))[0]?.value).toContain("public names only");
      const found = problems(ask({ ...hooks, caBundle: "/no/ca.pem" }), {
        fileExists: (path) => path.endsWith("/auth-hook"),
      });
      expect(found.map(({ key, value }) => [key, value])).toEqual([
        ["acme.caBundle", '"/no/ca.pem"'],
        ["acme.dnsHooks", '"/srv/dns/cleanup-hook"'],
      ]);
    });
  });

  it.each(["Local", "a_b", "1st", "a".repeat(33), "a b"])("refuse the stack name %j", (stack) => {
    expect(problems({}, { stack }).map((p) => p.key)).toEqual(["stack"]);
  });

  it("never show a secret in a problem", () => {
    const clients = [{ name: "a", role: "user", password: "hunter2" }];
    const keys = [{ kid: "k", algorithm: "HS256", key: 5, role: "user" }];
    const shown = JSON.stringify(problems({ clients, jwt: { keys } }));
    expect(shown).toContain("clients.0.password");
    expect(shown).not.toContain("hunter2");
  });

  it("give a client every enabled method unless it says otherwise, and tokens the endpoint as audience", () => {
    const settings = read({ methods: ["apiKey", "jwt"], domain: "comfy.example.com", port: 443 });
    expect(settings.clients[0]?.methods).toEqual(["apiKey", "jwt"]);
    expect(settings.jwt.audience).toBe("https://comfy.example.com");
  });

  it("take extra CA certificates from the machine unless a bundle is set", () => {
    const env = { SSL_CERT_FILE: "/a.pem", NODE_EXTRA_CA_CERTS: "/a.pem" };
    expect(read({}, { env }).build.caBundles).toEqual(["/a.pem"]);
    expect(read({ build: { caBundle: "/b.pem" } }, { env }).build.caBundles).toEqual(["/b.pem"]);
    expect(read({}, { env, fileExists: () => false }).build.caBundles).toEqual([]);
  });

  it("never accept a domain or client name with a character that means something elsewhere", () => {
    const strange = fc.string({ unit: "grapheme" }).filter((text) => /[^a-z0-9.-]/.test(text));
    fc.assert(
      fc.property(strange, (text) => {
        expect(problems({ domain: text })).not.toEqual([]);
        expect(problems({ clients: [{ name: text, role: "user" }] })).not.toEqual([]);
      }),
    );
  });

  it("are the project's own keys only", () => {
    expect(projectConfig({ "comfy-fortress:port": "1", "docker:host": "x" })).toEqual({ port: "1" });
  });

  it("are documented with their true defaults", () => {
    const sample = parse(readFileSync("Pulumi.README.yaml", "utf8")).config;
    const documented = Object.entries<unknown>(sample).map(([key, value]) => [
      key.split(":")[1] ?? "",
      value,
    ]);
    expect(read(Object.fromEntries(documented))).toEqual(read({}));

    const declared = parse(readFileSync("Pulumi.yaml", "utf8")).config;
    const defaults = Object.entries<{ default: unknown }>(declared).map(([key, entry]) => [
      key,
      entry.default,
    ]);
    expect(read(Object.fromEntries(defaults))).toEqual(read({}));
  });
});
