import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { PkiArgs } from "./args";

const HOURS_PER_DAY = 24;
const CA_VALIDITY_DAYS = 3650;
const LEAF_VALIDITY_DAYS = 365;
/** The first `up` within this time before expiry makes a new certificate. */
const CA_EARLY_RENEWAL_DAYS = 365;
const LEAF_EARLY_RENEWAL_DAYS = 30;

/**
 * The stack's own certificate authority and the gateway's server certificate.
 *
 * Creates a P-384 CA valid for 3650 days, whose key stays in the stack's state and goes nowhere else, and a P-256
 * server leaf valid for 365 days and renewed 30 days early.
 */
export class Pki extends pulumi.ComponentResource {
  /** CA certificate in PEM, for clients to trust. */
  readonly caCertificate: pulumi.Output<string>;
  /** Private key of the CA in PEM (secret); signs client certificates and never leaves the stack's state. */
  readonly caKey: pulumi.Output<string>;
  /** Server certificate and its private key (secret), in PEM. */
  readonly server: { readonly certificate: pulumi.Output<string>; readonly key: pulumi.Output<string> };

  constructor(name: string, args: PkiArgs, opts?: pulumi.ComponentResourceOptions) {
    super("comfy:index:Pki", name, args, opts);
    const child = { parent: this };

    const caKey = new tls.PrivateKey(`${name}-ca-key`, { algorithm: "ECDSA", ecdsaCurve: "P384" }, child);
    const ca = new tls.SelfSignedCert(
      `${name}-ca`,
      {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: `comfy-fortress ${args.stack} CA`, organization: "comfy-fortress" },
        isCaCertificate: true,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours: CA_VALIDITY_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: CA_EARLY_RENEWAL_DAYS * HOURS_PER_DAY,
      },
      child,
    );

    const serverKey = new tls.PrivateKey(
      `${name}-server-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      child,
    );
    const request = new tls.CertRequest(
      `${name}-server-request`,
      {
        privateKeyPem: serverKey.privateKeyPem,
        subject: { commonName: args.dnsNames[0] },
        dnsNames: [...args.dnsNames],
        ipAddresses: [...args.ipAddresses],
      },
      child,
    );
    const server = new tls.LocallySignedCert(
      `${name}-server`,
      {
        certRequestPem: request.certRequestPem,
        caPrivateKeyPem: caKey.privateKeyPem,
        caCertPem: ca.certPem,
        allowedUses: ["digital_signature", "server_auth"],
        validityPeriodHours: LEAF_VALIDITY_DAYS * HOURS_PER_DAY,
        earlyRenewalHours: LEAF_EARLY_RENEWAL_DAYS * HOURS_PER_DAY,
      },
      child,
    );

    this.caCertificate = ca.certPem;
    this.caKey = caKey.privateKeyPem;
    this.server = { certificate: server.certPem, key: serverKey.privateKeyPem };
    this.registerOutputs({ caCertificate: this.caCertificate });
  }
}
