import { createHash } from "node:crypto";
import { z } from "zod";
import { ROLES } from "../routes";
import { parseRate } from "./limits";

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "use 1 to 64 of a-z, 0-9 and -");

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
    clients: z.array(
      z.strictObject({
        name,
        role: z.enum(ROLES),
        tenant: name,
        rate,
        burst: z.int().min(0).max(1000),
        apiKeyDigests: z.array(
          z.string().regex(/^[0-9a-f]{64}$/, "use the SHA-256 of the key, 64 lower-case hex digits"),
        ),
      }),
    ),
  })
  .superRefine(({ clients }, context) => {
    const names = new Set<string>();
    const digests = new Set<string>();
    clients.forEach((client, index) => {
      if (names.has(client.name)) {
        context.addIssue({ code: "custom", path: ["clients", index, "name"], message: "is there twice" });
      }
      names.add(client.name);
      client.apiKeyDigests.forEach((digest, position) => {
        if (digests.has(digest)) {
          context.addIssue({
            code: "custom",
            path: ["clients", index, "apiKeyDigests", position],
            message: "is there twice; a key belongs to one client",
          });
        }
        digests.add(digest);
      });
    });
  });

export type Configuration = z.infer<typeof schema>;

/**
 * Reads the text that `renderAuthorizerConfig` makes.
 *
 * @throws with every problem at once: where it is and what is allowed. Digests are never quoted.
 */
export function parseConfiguration(text: string): Configuration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("the configuration is not JSON");
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `  ${issue.path.join(".") || "(top)"}: ${issue.message}`,
    );
    throw new Error(`the configuration is refused:\n${problems.join("\n")}`);
  }
  return result.data;
}

/** Names a configuration by its content. */
export function generationOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
