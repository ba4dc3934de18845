import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { judge, makeAccess } from "../../components/gateway/authorizer/access";
import { parseConfiguration } from "../../components/gateway/authorizer/configuration";
import { parseSubmission } from "../../components/gateway/authorizer/inspection/submission";
import { renderAuthorizerConfig } from "../../components/gateway/authorizer/render";
import { type GatewayRequest, readRequest } from "../../components/gateway/authorizer/request";
import { HANDOVER } from "../../components/gateway/handover";
import { findRoute } from "../../components/gateway/routes";

const KEYS = { worker: `cf_${"1".repeat(64)}`, user: `cf_${"2".repeat(64)}`, admin: `cf_${"3".repeat(64)}` };
const digest = (key: string) => createHash("sha256").update(key).digest("hex");
const ORIGIN = "https://localhost:8443";
const CONFIGURATION = renderAuthorizerConfig({
  origins: [ORIGIN],
  deniedNodes: [],
  clients: (["worker", "user", "admin"] as const).map((role) => ({
    name: role,
    role,
    apiKeyDigests: [digest(KEYS[role])],
    rate: "10r/m",
    burst: 5,
  })),
});
const access = makeAccess(CONFIGURATION);

function request(overrides: Partial<Omit<GatewayRequest, "route">> & { path?: string } = {}): GatewayRequest {
  const { path = "/system_stats", ...rest } = overrides;
  return {
    route: findRoute(path),
    method: "GET",
    address: "192.0.2.1",
    origin: undefined,
    contentKind: "none",
    encoded: false,
    credentials: { apiKey: KEYS.admin, authorization: undefined },
    ...rest,
  };
}

async function outcome(overrides: Parameters<typeof request>[0]): Promise<string> {
  const verdict = await judge(access, request(overrides));
  return verdict.allowed
    ? `allow ${verdict.principal.client}`
    : `${verdict.refusal.status} ${verdict.refusal.code}`;
}

const as = (role: keyof typeof KEYS) => ({ credentials: { apiKey: KEYS[role], authorization: undefined } });
const credentials = (apiKey: string | undefined, authorization?: string) => ({
  credentials: { apiKey, authorization },
});

describe("a verdict", () => {
  it.each([
    ["a key of each role", as("worker"), "allow worker"],
    ["no credential", credentials(undefined), "401 no_credential"],
    ["an unknown key", credentials(`cf_${"0".repeat(64)}`), "401 invalid_credential"],
    ["a digest as the key", credentials(digest(KEYS.admin)), "401 invalid_credential"],
    ["something that is no key", credentials("__proto__"), "401 invalid_credential"],
    ["two keys", credentials(`${KEYS.admin}, ${KEYS.worker}`), "400 duplicate_credential"],
    ["a key and an Authorization", credentials(KEYS.admin, "Bearer x"), "400 conflicting_credentials"],
    [
      "no credential for an unknown path",
      { path: "/nothing", ...credentials(undefined) },
      "401 no_credential",
    ],
    ["an unknown path", { path: "/nothing" }, "404 unknown_route"],
    ["a path for nobody", { path: "/manager/reboot" }, "404 unknown_route"],
    ["a method the route lacks", { method: "DELETE" }, "405 method_not_allowed"],
    ["a method for nobody", { path: "/users", method: "POST" }, "405 method_not_allowed"],
    ["HEAD where GET is", { method: "HEAD" }, "allow admin"],
    ["a role that is too low", { path: "/queue", ...as("user") }, "403 role_not_sufficient"],
    ["the web UI for a worker", { path: "/", ...as("worker") }, "403 role_not_sufficient"],
    ["a foreign origin that reads", { origin: "https://evil.example" }, "allow admin"],
    [
      "a foreign origin that changes",
      { path: "/free", method: "POST", origin: "https://evil.example" },
      "403 origin_not_allowed",
    ],
    [
      "a foreign origin on the socket",
      { path: "/ws", origin: "https://evil.example" },
      "403 origin_not_allowed",
    ],
    ["the own origin on the socket", { path: "/ws", origin: ORIGIN }, "allow admin"],
    ["a longer origin", { path: "/ws", origin: `${ORIGIN}1` }, "403 origin_not_allowed"],
    ["an encoded body", { encoded: true }, "415 content_encoding"],
    [
      "text where JSON is needed",
      { path: "/free", method: "POST", contentKind: "other" as const },
      "415 content_type",
    ],
    [
      "JSON where it is needed",
      { path: "/free", method: "POST", contentKind: "json" as const },
      "allow admin",
    ],
    [
      "a form where JSON is needed",
      { path: "/prompt", method: "POST", contentKind: "multipart" as const },
      "415 content_type",
    ],
    [
      "JSON where an upload is needed",
      { path: "/upload/image", method: "POST", contentKind: "json" as const },
      "415 content_type",
    ],
    [
      "an upload",
      { path: "/upload/image", method: "POST", contentKind: "multipart" as const },
      "allow admin",
    ],
  ])("%s: %o", async (_, overrides, expected) => {
    expect(await outcome(overrides)).toBe(expected);
  });
});

describe("what nginx hands over", () => {
  const headers = {
    [HANDOVER.route.toLowerCase()]: "queue",
    [HANDOVER.method.toLowerCase()]: "GET",
    [HANDOVER.address.toLowerCase()]: "192.0.2.1",
    [HANDOVER.contentKind.toLowerCase()]: "none",
  };

  it("is read", () => {
    const read = readRequest({
      ...headers,
      [HANDOVER.apiKey.toLowerCase()]: "k",
      [HANDOVER.encoded.toLowerCase()]: "1",
    });
    expect(read).toMatchObject({ method: "GET", encoded: true, credentials: { apiKey: "k" } });
    expect(read?.route?.path).toBe("/queue");
  });

  it.each([HANDOVER.method, HANDOVER.address, HANDOVER.contentKind])("is refused without %s", (name) => {
    expect(readRequest({ ...headers, [name.toLowerCase()]: undefined })).toBeUndefined();
  });

  it("has no route where the name is not one", () => {
    for (const route of ["", "__proto__", "constructor", "userdata-forbidden"]) {
      expect(readRequest({ ...headers, [HANDOVER.route.toLowerCase()]: route })?.route).toBeUndefined();
    }
  });
});

describe("the configuration", () => {
  it("is what the renderer makes", () => {
    expect(parseConfiguration(CONFIGURATION).clients.map(({ name, tenant }) => [name, tenant])).toEqual([
      ["worker", "worker"],
      ["user", "user"],
      ["admin", "admin"],
    ]);
  });

  it("shows every problem at once and quotes no digest", () => {
    const value = JSON.parse(CONFIGURATION);
    value.clients[0].role = "root";
    value.clients[1].apiKeyDigests = ["ABCDEF"];
    value.surplus = 1;
    value.clients[2].rate = "10r/d";
    const problems = () => parseConfiguration(JSON.stringify(value));
    expect(problems).toThrow(
      /clients\.0\.role[\s\S]*clients\.1\.apiKeyDigests\.0[\s\S]*"10r\/d"[\s\S]*surplus/,
    );
    expect(problems).not.toThrow(/ABCDEF/);
  });

  it("has each key once", () => {
    const value = JSON.parse(CONFIGURATION);
    value.clients[0].apiKeyDigests = value.clients[1].apiKeyDigests;
    expect(() => parseConfiguration(JSON.stringify(value))).toThrow(/a key belongs to one client/);
  });
});

describe("a submission", () => {
  const parsed = (body: string | Buffer) => {
    const result = parseSubmission(Buffer.from(body));
    return "prompt" in result ? "parsed" : result.code;
  };

  it.each([
    ['{"prompt":{"1":{"class_type":"A"}}}', "parsed"],
    [' \t\r\n{"prompt":{}}\n', "parsed"],
    ['{"prompt":{},"x":"[[[[{{{{\\""}', "parsed"],
    ['{"prompt":[],"prompt":{}}', "duplicate_key"],
    ['{"prompt":{},"\\u0070rompt":{}}', "duplicate_key"],
    ['{"prompt":[]}', "no_prompt"],
    ["{}", "no_prompt"],
    ["[]", "invalid_shape"],
    ["", "invalid_json"],
    ["\ufeff{}", "invalid_json"],
    ['{"prompt":NaN}', "invalid_json"],
    ['{"prompt":{}}{}', "invalid_json"],
    ['{"prompt":{"\\ud800":1}}', "invalid_text"],
    ['{"prompt":{"a":["\\udfff"]}}', "invalid_text"],
    ['{"prompt":{"a":"\\ud83d\\ude00"}}', "parsed"],
  ])("%j: %s", (body, expected) => {
    expect(parsed(body)).toBe(expected);
  });

  it("is UTF-8", () => {
    expect(parsed(Buffer.from('{"prompt":{"a":"\xff"}}', "latin1"))).toBe("invalid_utf8");
    expect(parsed(Buffer.from('{"prompt":{}}', "utf16le"))).toBe("invalid_json");
  });

  it("may be nested 1,000 deep", () => {
    const nested = (depth: number) => `{"prompt":{"a":${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}}}`;
    expect(parsed(nested(1000))).toBe("parsed");
    expect(parsed(nested(1001))).toBe("nesting");
    expect(parsed("[".repeat(1_000_000))).toBe("nesting");
  });
});
