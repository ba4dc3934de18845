import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { asNumber, word } from "../facts/docker";

const CURVES = ["p256", "p384", "p521"];
const LEAST_RSA_BITS = 3072;
/** What ACM calls keys that are strong enough. */
const OF_ACM = ["EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "RSA_3072", "RSA_4096"];
/** Kinds of SSH keys that have one strength; those that begin with `sk-` are kept on a token. */
const OF_SSH =
  /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)$/;

const KEY_PAIR = "aws:ec2/keyPair:KeyPair";
const CERTIFICATE = "aws:acm/certificate:Certificate";

const rule: ResourceRule = {
  description: "Keys, those for SSH too, are of P-256, P-384, P-521 or Ed25519, or RSA of 3072 bits or more.",
  why: "A weak key is found from its certificate, and with it everyone can be the gateway or a client.",
  fix: 'set ecdsaCurve to "P256" or "P384" (the default is P224), or rsaBits to 3072 or more (the default is 2048).',
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "aws-fsbp", id: "ACM.2" },
    { catalogue: "asvs", id: "11.2.3" },
  ],
  types: ["tls:index/privateKey:PrivateKey", KEY_PAIR, CERTIFICATE],
  checkResource(resource, report) {
    if (resource.type === KEY_PAIR) {
      const wanted = "an Ed25519 or ECDSA key, or RSA of 3072 bits or more";
      expectAt(report, resource, "publicKey", wanted, (value) => isStrongSshKey(String(value ?? "")));
      return;
    }
    if (resource.type === CERTIFICATE) {
      // Left out, AWS makes RSA_2048.
      const isImported = valueAt(resource, "privateKey") !== undefined;
      const wanted = "EC_prime256v1, EC_secp384r1, EC_secp521r1, RSA_3072 or RSA_4096";
      expectAt(report, resource, "keyAlgorithm", wanted, (value) =>
        value === undefined ? isImported : OF_ACM.includes(String(value)),
      );
      return;
    }
    const algorithm = valueAt(resource, "algorithm");
    if (algorithm === UNKNOWN) {
      report.unknown(resource, "algorithm");
    } else if (word(algorithm) === "ecdsa") {
      expectAt(report, resource, "ecdsaCurve", "P256, P384 or P521", (value) => CURVES.includes(word(value)));
    } else if (word(algorithm) === "rsa") {
      expectAt(report, resource, "rsaBits", "3072 or more", (value) => asNumber(value) >= LEAST_RSA_BITS);
    } else if (word(algorithm) !== "ed25519") {
      report.violation({ resource, path: "algorithm", found: algorithm, wanted: "ECDSA, ED25519 or RSA" });
    }
  },
};
export default rule;

/** An OpenSSH public key: base64 of fields, each with its length before it; RSA's are the exponent and the modulus. */
function isStrongSshKey(line: string): boolean {
  const [kind, encoded] = line.trim().split(/\s+/);
  if (kind !== "ssh-rsa") {
    return OF_SSH.test(String(kind));
  }
  const [, , modulus] = fields(Buffer.from(String(encoded), "base64"));
  return modulus !== undefined && bitLength(modulus) >= LEAST_RSA_BITS;
}

function fields(bytes: Buffer): Buffer[] {
  if (bytes.length < 4) {
    return [];
  }
  const end = 4 + bytes.readUInt32BE(0);
  return [bytes.subarray(4, end), ...fields(bytes.subarray(end))];
}

/** The bits of a number without its leading zeros; one of no bytes has none. */
function bitLength(number: Buffer): number {
  return BigInt(`0x0${number.toString("hex")}`).toString(2).length;
}
