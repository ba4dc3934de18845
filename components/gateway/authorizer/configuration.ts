import { createHash } from "node:crypto";
import { z } from "zod";
import { ROLES } from "../routes";
import { parseRate } from "./limits";
import { createBasicVerifier } from "./methods/basic";
import { basicAccounts } from "./methods/basic-accounts";
import { createJwtVerifier } from "./methods/jwt";
import { JWT_ALGORITHMS } from "./methods/jwt-keys";
import { METHOD_NAMES } from "./methods/names";
import { parseRecord } from "./methods/password-record";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "use 1 to 64 of a-z, 0-9 and -");

const sha256 = (what: string) =>
  z.string().regex(/^[0-9a-f]{64}$/, `use the SHA-256 of the ${what}, 64 lower-case hex digits`);

const sessionKey = z.string().regex(/^[0-9a-f]{64}$/, "use 256 random bits, 64 lower-case hex digits");

const passwordRecord = z
  .string()
  .refine(isRecord, "is not a password record; make it with passwordRecord (scrypt$N$r$p$salt$hash)");

/** Requests in a time, as nginx writes them. */
const rate = z.string().transform((text, context) => {
  try {
    return parseRate(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
});

const nodeClass = z.string().min(1).max(200);

const clientSchema = z.strictObject({
  name,
  role: z.enum(ROLES),
  tenant: name,
  rate,
  burst: z.int().min(0).max(1000),
  methods: z.array(z.enum(METHOD_NAMES)).default(["apiKey"]),
  apiKeyDigests: z.array(sha256("key")),
  passwordRecords: z.array(passwordRecord).default([]),
  certificateFingerprints: z.array(sha256("certificate's DER")).default([]),
  expires: z.iso.datetime("use a moment in UTC, such as 2027-01-31T00:00:00Z").optional(),
});

const jwtSchema = z.strictObject({
  tenantClaim: z.string().min(1).optional(),
  maxLifetimeSeconds: z.int().min(1).optional(),
  keys: z
    .array(
      z.strictObject({
        kid: z.string(),
        algorithm: z.enum(JWT_ALGORITHMS),
        key: z.string(),
        issuer: z.string(),
        audience: z.string(),
        role: z.enum(ROLES),
        // It travels in a header and into the audit log.
        client: z
          .string()
          .regex(/^[\x21-\x7e]{1,128}$/, "use 1 to 128 visible ASCII characters")
          .optional(),
      }),
    )
    .min(1),
});

/** What `apply` accepts; unknown keys are refused, so that a misspelt limit is not silently without effect. */
const schema = z
  .strictObject({
    version: z.literal(1),
    origins: z
      .array(z.string().regex(/^https:\/\/[a-z0-9.:_[\]-]+$/, "use https://host or https://host:port"))
      .min(1),
    promptBodyBytes: z
      .int()
      .min(1024)
      .max(100 * 1024 * 1024),
    failedAuthenticationsPerMinute: z.int().min(1).max(100_000),
    deniedNodes: z.array(nodeClass),
    allowedNodes: z.array(nodeClass).min(1).optional(),
    requireClientCertificate: z.boolean().default(false),
    session: z.strictObject({ key: sessionKey, previousKey: sessionKey.optional() }).optional(),
    jwt: jwtSchema.optional(),
    clients: z.array(clientSchema),
  })
  .superRefine(({ clients, jwt, session }, context) => {
    const report = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    reportRepeated(clients, report);
    reportBasic(clients, session !== undefined, report);
    jwt?.keys.forEach((key, index) => {
      const client = clients.find((candidate) => candidate.name === (key.client ?? key.kid));
      const path = ["jwt", "keys", index];
      if (client && !client.methods.includes("jwt")) {
        report([...path, "client"], `client ${client.name} may not use jwt; add it to its methods`);
      }
      if (client && client.role !== key.role) {
        report([...path, "role"], `is ${key.role}, but client ${client.name} has the role ${client.role}`);
      }
    });
  });

export type Configuration = z.infer<typeof schema>;

type Clients = z.infer<typeof clientSchema>[];
type Report = (path: (string | number)[], message: string) => void;

/** What identifies a client must not stand for two. */
function reportRepeated(clients: Clients, report: Report): void {
  const seen = new Set<string>();
  const once = (kind: string, value: string, path: (string | number)[], message: string) => {
    if (seen.has(`${kind} ${value}`)) report(path, message);
    seen.add(`${kind} ${value}`);
  };
  clients.forEach((client, index) => {
    once("name", client.name, ["clients", index, "name"], "is there twice");
    for (const [field, what] of [
      ["apiKeyDigests", "key"],
      ["certificateFingerprints", "certificate"],
    ] as const) {
      client[field].forEach((value, position) => {
        const message = `is there twice; a ${what} belongs to one client`;
        once(field, value, ["clients", index, field, position], message);
      });
    }
  });
}

function reportBasic(clients: Clients, hasSessionKey: boolean, report: Report): void {
  if (clients.some(({ methods }) => methods.includes("basic")) && !hasSessionKey) {
    report(["session"], "is needed where a client may use basic; give a key that signs its sessions");
  }
  const accounts = basicAccounts(clients);
  if (!accounts.every(({ records }) => records.every(isRecord))) return;
  try {
    createBasicVerifier(accounts, Date.now);
  } catch (error) {
    report(["clients"], (error as Error).message);
  }
}

function isRecord(text: string): boolean {
  try {
    parseRecord(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads the text that `renderAuthorizerConfig` makes.
 *
 * @throws with every problem of its form at once: where it is and what is allowed. Digests and keys are never quoted.
 */
export function parseConfiguration(text: string): Configuration {
  const result = schema.safeParse(parseJson(text));
  if (!result.success) throw refused(problemsOf(result.error));
  return result.data;
}

/**
 * The same, with the JWT keys tried out too, which takes a moment.
 *
 * @throws with every problem at once
 */
export async function checkConfiguration(text: string): Promise<void> {
  const value = parseJson(text);
  const result = schema.safeParse(value);
  const problems = result.success ? [] : problemsOf(result.error);
  const jwt = jwtSchema.safeParse((value as { jwt?: unknown } | null)?.jwt);
  if (jwt.success) {
    await createJwtVerifier(jwt.data).catch(({ message }: Error) => {
      problems.push(...message.split("\n").map((line) => `jwt: ${line}`));
    });
  }
  if (problems.length > 0) throw refused(problems);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the configuration is not JSON");
  }
}

function problemsOf({ issues }: z.ZodError): string[] {
  return issues.map((issue) => `${issue.path.join(".") || "(top)"}: ${issue.message}`);
}

function refused(problems: readonly string[]): Error {
  return new Error(`the configuration is refused:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
}

/** Names a configuration by its content. */
export function generationOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
