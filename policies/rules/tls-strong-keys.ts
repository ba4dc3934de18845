import { expectAt } from "../core/expectation";
import { valueAt } from "../core/resource";
import type { ResourceRule } from "../core/rule";
import { UNKNOWN } from "../core/value";
import { asNumber, word } from "../facts/docker";

const CURVES = ["p256", "p384", "p521"];
const LEAST_RSA_BITS = 3072;

const rule: ResourceRule = {
  description: "Private keys are of P-256, P-384, P-521 or Ed25519, or RSA of 3072 bits or more.",
  why: "A weak key is found from its certificate, and with it everyone can be the gateway or a client.",
  fix: 'set ecdsaCurve to "P256" or "P384" (the default is P224), or rsaBits to 3072 or more (the default is 2048).',
  severity: "high",
  enforcement: "mandatory",
  references: [
    { catalogue: "aws-fsbp", id: "ACM.2" },
    { catalogue: "asvs", id: "11.2.3" },
  ],
  types: ["tls:index/privateKey:PrivateKey"],
  checkResource(resource, report) {
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
