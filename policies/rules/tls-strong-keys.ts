import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { asNumber, word } from "../facts/docker";

const CURVES = ["p256", "p384", "p521"];
const LEAST_RSA_BITS = 3072;

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
        value === undefined ? isImported : /^(EC_\w+|RSA_[34]\d{3})$/.test(String(value)),
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
  const [kind = "", encoded = ""] = line.trim().split(/\s+/);
  if (/^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|sk-\S+)$/.test(kind)) {
    return true;
  }
  const bytes = Buffer.from(encoded, "base64");
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    fields.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const modulus = (fields[2] ?? Buffer.alloc(0)).toString("hex").replace(/^0+/, "");
  return kind === "ssh-rsa" && modulus !== "" && BigInt(`0x${modulus}`).toString(2).length >= LEAST_RSA_BITS;
}
