import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { apiKey, apiKeyDigest } from "./api-key";
import type { AccessArgs, AccessClient } from "./args";

/** 256 bits: far beyond guessing, so an unsalted digest of the key gives nothing away. */
const KEY_BYTES = 32;

/** What the gateway must know to recognise a client. */
export interface AdmittedClient extends Pick<AccessClient, "name" | "role" | "rate" | "burst"> {
  /** Lower-case hexadecimal SHA-256 digests of the client's valid API keys. */
  readonly apiKeyDigests: readonly string[];
}

/** What a client is handed to come in with. */
export interface ClientCredentials {
  /** Value of the header `X-API-Key`. */
  readonly apiKey: string;
  /** The key of the generation before, while it is still valid. */
  readonly previousApiKey?: string;
}

/**
 * Makes each client's credentials and the digests by which the gateway recognises them.
 *
 * Creates one 256-bit random key for each client and generation: the present one and, until it is retired, the one
 * before, so that a client can change over without a refused request. Both outputs are secret.
 */
export class Access extends pulumi.ComponentResource {
  /** For the gateway: clients with the digests of their keys, in the order given. */
  readonly admitted: pulumi.Output<AdmittedClient[]>;
  /** For the clients: credentials by client name. */
  readonly credentials: pulumi.Output<Record<string, ClientCredentials>>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Access", name, args, opts);

    const issued = args.clients.map((client) => ({ client, keys: pulumi.all(this.keys(name, client)) }));
    this.admitted = pulumi.secret(
      pulumi.all(
        issued.map(({ client: { name, role, rate, burst }, keys }) =>
          keys.apply((texts) => ({ name, role, rate, burst, apiKeyDigests: texts.map(apiKeyDigest) })),
        ),
      ),
    );
    const credentials = issued.map(({ client, keys }) => [
      client.name,
      keys.apply(([apiKey, previousApiKey]) => ({ apiKey, previousApiKey })),
    ]);
    this.credentials = pulumi.secret(pulumi.all(Object.fromEntries(credentials)));
    this.registerOutputs({});
  }

  /** The client's valid keys, the newest first. A key's name holds its generation, so it stays while that is valid. */
  private keys(name: string, client: AccessClient): pulumi.Output<string>[] {
    const { generation, retirePrevious } = client;
    const generations = generation > 1 && !retirePrevious ? [generation, generation - 1] : [generation];
    return generations.map((number) => {
      const bytes = new random.RandomBytes(
        `${name}-key-${client.name}-${number}`,
        { length: KEY_BYTES },
        { parent: this },
      );
      return bytes.hex.apply(apiKey);
    });
  }
}
