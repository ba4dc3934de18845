import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { apiKey, apiKeyDigest } from "./api-key";
import type { AccessArgs, AccessClient } from "./args";

/** 256 bits: far beyond guessing, so an unsalted digest of the key gives nothing away. */
const KEY_BYTES = 32;

/** What the gateway must know to recognise a client. */
export interface AdmittedClient extends AccessClient {
  /** Lower-case hexadecimal SHA-256 digests of the client's valid API keys. */
  readonly apiKeyDigests: readonly string[];
}

/** What a client is handed to come in with. */
export interface ClientCredentials {
  /** Value of the header `X-API-Key`. */
  readonly apiKey: string;
}

/**
 * Makes each client's credentials and the digests by which the gateway recognises them.
 *
 * Creates one 256-bit random key for each client. Both outputs are secret.
 */
export class Access extends pulumi.ComponentResource {
  /** For the gateway: clients with the digests of their keys, in the order given. */
  readonly admitted: pulumi.Output<AdmittedClient[]>;
  /** For the clients: credentials by client name. */
  readonly credentials: pulumi.Output<Record<string, ClientCredentials>>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Access", name, args, opts);

    const issued = args.clients.map((client) => {
      const bytes = new random.RandomBytes(
        `${name}-key-${client.name}`,
        { length: KEY_BYTES },
        { parent: this },
      );
      return { client, key: pulumi.secret(bytes.hex.apply(apiKey)) };
    });

    this.admitted = pulumi.secret(
      pulumi.all(
        issued.map(({ client, key }) =>
          key.apply((text) => ({ ...client, apiKeyDigests: [apiKeyDigest(text)] })),
        ),
      ),
    );
    this.credentials = pulumi.secret(
      pulumi.all(Object.fromEntries(issued.map(({ client, key }) => [client.name, { apiKey: key }]))),
    );
    this.registerOutputs({});
  }
}
