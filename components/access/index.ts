import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import { passwordRecord } from "../gateway/authorizer/methods/password-record";
import type { SessionKeys } from "../gateway/authorizer/render";

import { apiKey, apiKeyDigest } from "./api-key";
import type { AccessArgs, AccessClient, CertificateIssuer, SessionKeyGeneration } from "./args";
import { certificateFingerprint } from "./certificate";
import { revocationList } from "./revocation-list";

/** 256 bits: far beyond guessing, so an unsalted digest of the key gives nothing away. */
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Of 62 letters and digits: 142 bits, easy to type and to paste. */
const PASSWORD_LENGTH = 24;
const CERTIFICATE_HOURS = 365 * 24;
/** The first `up` within this time before expiry makes a new certificate. */
const CERTIFICATE_EARLY_RENEWAL_HOURS = 30 * 24;

/** What the gateway must know to recognise a client. None of it lets anybody in. */
export interface AdmittedClient
  extends Pick<AccessClient, "name" | "role" | "methods" | "rate" | "burst" | "expires"> {
  /** Lower-case hexadecimal SHA-256 digests of the client's valid API keys. */
  readonly apiKeyDigests: readonly string[];
  /** scrypt records of the client's valid passwords. */
  readonly passwordRecords: readonly string[];
  /** Lower-case hexadecimal SHA-256 of the client's valid certificates. */
  readonly certificateFingerprints: readonly string[];
}

/** What a client is handed to come in with; a method that it may not use is left out. */
export interface ClientCredentials {
  /** Value of the header `X-API-Key`. */
  readonly apiKey?: string;
  /** The key of the generation before, while it is still valid. */
  readonly previousApiKey?: string;
  /** HS256 secret in base64url to sign tokens with, and the `kid` to name it by. */
  readonly jwtSecret?: string;
  readonly jwtKeyId?: string;
  /** User name and password for basic. */
  readonly username?: string;
  readonly password?: string;
  /** Client certificate and its private key, in PEM. */
  readonly certificate?: string;
  readonly privateKey?: string;
  /** Moment (RFC 3339, UTC) from which none of these is taken any more. */
  readonly expires?: string;
}

/** A secret by which the gateway verifies tokens that a client signs. */
export interface IssuedJwtKey {
  readonly kid: string;
  readonly algorithm: "HS256";
  /** The secret in base64url. */
  readonly key: string;
  readonly role: AccessClient["role"];
  readonly client: string;
}

/** One generation of one client's credentials. */
type Issued = ReturnType<Access["issue"]>;

/**
 * Makes each client's credentials and what the gateway recognises them by.
 *
 * Creates for each client and generation what its methods need: a 256-bit API key, a password, a 256-bit secret for
 * tokens, a client certificate (P-256, 365 days, renewed 30 days early). The generation before stays valid until it is
 * retired, so that a client can change over without a refused request. All outputs are secret.
 */
export class Access extends pulumi.ComponentResource {
  /** For the gateway: clients with what to recognise them by, in the order given. */
  readonly admitted: pulumi.Output<AdmittedClient[]>;
  /** For the gateway: keys of the tokens that clients sign themselves. */
  readonly jwtKeys: pulumi.Output<IssuedJwtKey[]>;
  /** For the gateway: keys of the sign-in sessions. */
  readonly sessionKeys: pulumi.Output<SessionKeys>;
  /** For the gateway: which of the authority's certificates are revoked (CRL, PEM); only where it issued some. */
  readonly clientCrl: pulumi.Output<string> | undefined;
  /** For the clients: credentials by client name. */
  readonly credentials: pulumi.Output<Record<string, ClientCredentials>>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Access", name, {}, opts);

    const clients = args.clients.map((client) => {
      this.warnOfExpiry(client);
      const certified = args.requireClientCertificate || client.methods.includes("mtls");
      const generations = validGenerations(client).map((generation) =>
        this.issue(name, client, generation, certified ? args.issuer : undefined),
      );
      return { client, generations, certified };
    });
    const certified = clients.flatMap((one) => (one.certified ? one.client : []));

    this.admitted = pulumi.secret(
      pulumi.all(clients.map(({ client, generations }) => admit(client, generations))),
    );
    this.jwtKeys = pulumi.secret(
      pulumi.all(clients.flatMap(({ generations }) => generations.flatMap(({ jwtKey }) => jwtKey ?? []))),
    );
    this.sessionKeys = pulumi.secret(this.makeSessionKeys(name, args.session));
    this.clientCrl = certified.length > 0 ? this.revoked(name, certified, args.issuer) : undefined;
    this.credentials = pulumi.secret(
      pulumi.all(
        Object.fromEntries(
          clients.map(({ client, generations }) => [client.name, handOut(client, generations)]),
        ),
      ),
    );
    this.registerOutputs({});
  }

  /** Makes one generation of a client's credentials. Their names hold its number, so they stay while it is valid. */
  private issue(
    name: string,
    client: AccessClient,
    generation: number,
    issuer: CertificateIssuer | undefined,
  ) {
    const label = `${client.name}-${generation}`;
    const may = (method: AccessClient["methods"][number]) => client.methods.includes(method);

    const key = may("apiKey") ? this.random(`${name}-key-${label}`, KEY_BYTES).hex.apply(apiKey) : undefined;
    const secret = may("jwt")
      ? this.random(`${name}-jwt-${label}`, KEY_BYTES).base64.apply(toBase64url)
      : undefined;
    return {
      apiKey: key,
      jwtKey: secret?.apply(
        (text): IssuedJwtKey => ({
          kid: label,
          algorithm: "HS256",
          key: text,
          role: client.role,
          client: client.name,
        }),
      ),
      password: may("basic") ? this.password(name, client, label) : undefined,
      certificate: issuer && this.certificate(name, client, label, issuer),
    };
  }

  private makeSessionKeys(name: string, session: SessionKeyGeneration): pulumi.Output<SessionKeys> {
    const keys = validGenerations(session).map(
      (generation) => this.random(`${name}-session-key-${generation}`, KEY_BYTES).hex,
    );
    return pulumi
      .all(keys)
      .apply(([key = "", previousKey]) => ({ key, ...(previousKey !== undefined && { previousKey }) }));
  }

  /** An expired client is no error: the stack must stay as it is, and be changed, when a date passes. */
  private warnOfExpiry({ name, expires }: AccessClient): void {
    if (expires !== undefined && Date.parse(expires) <= Date.now()) {
      void pulumi.log.warn(
        `Client ${name} expired at ${expires} and is refused: set another moment, or remove the client.`,
        this,
      );
    }
  }

  private password(name: string, client: AccessClient, label: string) {
    const password =
      client.password ??
      new random.RandomPassword(
        `${name}-password-${label}`,
        { length: PASSWORD_LENGTH, special: false },
        { parent: this },
      ).result;
    // A salt from the state: the same password gives the same record, and a second `up` changes nothing.
    const salt = this.random(`${name}-password-salt-${label}`, SALT_BYTES).hex;
    const record = pulumi
      .all([password, salt])
      .apply(([text, hex]) => passwordRecord(text, Buffer.from(hex, "hex")));
    return { password: pulumi.output(password), record };
  }

  private certificate(name: string, client: AccessClient, label: string, issuer: CertificateIssuer) {
    const child = { parent: this };
    const key = new tls.PrivateKey(
      `${name}-certificate-key-${label}`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      child,
    );
    const request = new tls.CertRequest(
      `${name}-certificate-request-${label}`,
      { privateKeyPem: key.privateKeyPem, subject: { commonName: client.name } },
      child,
    );
    const certificate = new tls.LocallySignedCert(
      `${name}-certificate-${label}`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: issuer.key,
        caCertPem: issuer.certificate,
        allowedUses: ["digital_signature", "client_auth"],
        validityPeriodHours: CERTIFICATE_HOURS,
        earlyRenewalHours: CERTIFICATE_EARLY_RENEWAL_HOURS,
      },
      child,
    );
    return { certificate: certificate.certPem, key: key.privateKeyPem };
  }

  /**
   * What was retired last stays in the state with its certificate, whose serial number the list needs. What went before
   * it, and who left the settings, is unknown here: the gateway takes nobody whose certificate it is not told of.
   */
  private revoked(
    name: string,
    clients: readonly AccessClient[],
    issuer: CertificateIssuer,
  ): pulumi.Output<string> {
    const retired = clients
      .filter(({ generation, retirePrevious }) => generation > 1 && retirePrevious)
      .map((client) => {
        const label = `${client.name}-${client.generation - 1}`;
        return this.certificate(name, client, label, issuer).certificate;
      });
    return pulumi
      .all([issuer.certificate, issuer.key, pulumi.all(retired)])
      .apply(([certificate, key, certificates]) => revocationList(certificate, key, certificates));
  }

  private random(name: string, length: number): random.RandomBytes {
    return new random.RandomBytes(name, { length }, { parent: this });
  }
}

/** The newest first. */
function validGenerations({
  generation,
  retirePrevious,
}: Pick<AccessClient, "generation" | "retirePrevious">): number[] {
  return generation > 1 && !retirePrevious ? [generation, generation - 1] : [generation];
}

function admit(client: AccessClient, generations: readonly Issued[]): pulumi.Output<AdmittedClient> {
  const { name, role, methods, rate, burst, expires } = client;
  return pulumi
    .all([
      pulumi.all(generations.flatMap(({ apiKey: key }) => key ?? [])),
      pulumi.all(generations.flatMap(({ password }) => password?.record ?? [])),
      pulumi.all(generations.flatMap(({ certificate }) => certificate?.certificate ?? [])),
    ])
    .apply(([keys, records, certificates]) => ({
      name,
      role,
      methods: [...methods],
      rate,
      burst,
      apiKeyDigests: keys.map(apiKeyDigest),
      // A password of one's own is the same in every generation.
      passwordRecords: records,
      certificateFingerprints: certificates.map(certificateFingerprint),
      ...(expires !== undefined && { expires }),
    }));
}

function handOut(
  client: AccessClient,
  [current, previous]: readonly Issued[],
): pulumi.Output<ClientCredentials> {
  return pulumi
    .all({
      apiKey: current?.apiKey,
      previousApiKey: previous?.apiKey,
      jwtSecret: current?.jwtKey?.apply(({ key }) => key),
      jwtKeyId: current?.jwtKey?.apply(({ kid }) => kid),
      username: current?.password && client.name,
      password: current?.password?.password,
      certificate: current?.certificate?.certificate,
      privateKey: current?.certificate?.key,
      expires: client.expires,
    })
    .apply((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}

function toBase64url(base64: string): string {
  return Buffer.from(base64, "base64").toString("base64url");
}
