import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CATALOGUE } from "../../policies/catalogue";

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const INSTANCE = "aws:ec2/instance:Instance";
const urn = (name: string) => `urn:pulumi:test::test::${INSTANCE}::${name}`;

let server: ChildProcess;
let client: AnalyzerClient;

beforeAll(async () => {
  // As the engine starts it: the engine's address, which is not called here, and the folder of the pack.
  server = spawn(
    process.execPath,
    ["node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js", "127.0.0.1:1", "policies"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
  const [port] = await once(lines, "line");
  client = new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
}, 60_000);

afterAll(() => {
  client?.close();
  server?.kill();
});

/** One call of the protocol. */
function call<Request, Response>(
  method: (request: Request, callback: (error: Error | null, response: Response) => void) => unknown,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method.call(client, request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

function instance(name: string, httpTokens: string): messages.AnalyzeRequest {
  const request = new messages.AnalyzeRequest();
  request.setType(INSTANCE);
  request.setUrn(urn(name));
  request.setName(name);
  request.setProperties(Struct.fromJavaScript({ metadataOptions: { httpTokens } }));
  request.setOptions(new messages.AnalyzerResourceOptions());
  return request;
}

async function analyze(name: string, httpTokens: string) {
  return said(await call(client.analyze, instance(name, httpTokens)));
}

async function analyzeStack(name: string, httpTokens: string) {
  const one = new messages.AnalyzerResource();
  one.setType(INSTANCE);
  one.setUrn(urn(name));
  one.setName(name);
  one.setProperties(Struct.fromJavaScript({ metadataOptions: { httpTokens } }));
  one.setOptions(new messages.AnalyzerResourceOptions());
  const request = new messages.AnalyzeStackRequest();
  request.setResourcesList([one]);
  return said(await call(client.analyzeStack, request));
}

/** What the rule under test says, as `LEVEL message`. */
function said(response: messages.AnalyzeResponse): string[] {
  const level = {
    [messages.EnforcementLevel.MANDATORY]: "mandatory",
    [messages.EnforcementLevel.ADVISORY]: "advisory",
  };
  return response
    .getDiagnosticsList()
    .filter((one) => one.getPolicyname() === "ec2-imdsv2-required")
    .map((one) => {
      const own = one.getMessage().slice(one.getMessage().lastIndexOf("\n") + 1);
      return `${(level as Record<number, string>)[one.getEnforcementlevel()]} ${own}`;
    });
}

async function configure(exceptions: object[]): Promise<void> {
  const config = new messages.PolicyConfig();
  config.setEnforcementlevel(messages.EnforcementLevel.MANDATORY);
  config.setProperties(Struct.fromJavaScript({ exceptions } as never));
  const request = new messages.ConfigureAnalyzerRequest();
  request.getPolicyconfigMap().set("ec2-imdsv2-required", config);
  await call(client.configure, request);
}

const VIOLATION = (name: string) =>
  `mandatory ${name}: metadataOptions.httpTokens is "optional"; wanted "required". Fix: ${CATALOGUE["ec2-imdsv2-required"]?.fix}`;

describe("the pack's server, spoken to as the engine does", () => {
  it("lists every rule with its default enforcement and what may be configured", async () => {
    const info = await call<Empty, messages.AnalyzerInfo>(client.getAnalyzerInfo, new Empty());
    const level = {
      mandatory: messages.EnforcementLevel.MANDATORY,
      advisory: messages.EnforcementLevel.ADVISORY,
    };
    const listed = new Map(info.getPoliciesList().map((policy) => [policy.getName(), policy]));
    expect([...listed.keys()].sort()).toEqual(Object.keys(CATALOGUE));
    for (const [id, rule] of Object.entries(CATALOGUE)) {
      const policy = listed.get(id);
      expect(policy?.getDescription()).toBe(rule.description);
      expect([id, policy?.getEnforcementlevel()]).toEqual([id, level[rule.enforcement]]);
      expect(Object.keys(policy?.getConfigschema()?.getProperties()?.toJavaScript() ?? {})).toContain(
        "exceptions",
      );
    }
  });

  it("passes a good resource, refuses a bad one, and says it once", async () => {
    expect(await analyze("good", "required")).toEqual([]);
    expect(await analyze("bad", "optional")).toEqual([VIOLATION("bad")]);
    expect(await analyzeStack("bad", "optional")).toEqual([]);
  });

  it("advises of a value that is not known, and looks again at the end", async () => {
    expect(await analyze("later", UNKNOWN_TEXT)).toEqual([
      "advisory later: metadataOptions.httpTokens is not known before the update; the rule looks again when it is.",
    ]);
    expect(await analyzeStack("later", "optional")).toEqual([VIOLATION("later")]);
  });

  it("takes exceptions from the stack's configuration, and holds them to a reason and an end", async () => {
    const exception = {
      resource: "old",
      reason: "Its image knows no tokens yet.",
      owner: "platform",
      expires: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    };
    await configure([exception]);
    expect(await analyze("old", "optional")).toEqual([]);
    expect(await analyze("old-too", "optional")).toEqual([VIOLATION("old-too")]);
    await configure([{ ...exception, expires: "2026-01-31" }]);
    expect(await analyze("old", "optional")).toEqual([
      VIOLATION("old"),
      'mandatory The exception for "old" ended on 2026-01-31: mend the resource, or look at the reason again and give a new day.',
    ]);
  });
});
