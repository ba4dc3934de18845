import "reflect-metadata";
import { createPrivateKey, type webcrypto } from "node:crypto";
import { p384 } from "@noble/curves/p384";
import { sha384 } from "@noble/hashes/sha2";
import * as x509 from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" };

/**
 * The certificate revocation list (CRL, PEM) of an authority: what its certificates among these have as serial numbers.
 *
 * Depends on nothing but its arguments, so that a second `up` changes nothing: it is signed with a nonce derived from its
 * content (RFC 6979) and holds for as long as the authority itself. A list that ran out would refuse every client; and
 * nobody fetches this one, whom a date would tell to come again: each `up` brings it, by the same swap as all else.
 *
 * @param ca certificate of the authority, whose key is of P-384, in PEM
 * @param caKey its private key in PEM
 * @param retired certificates in PEM
 * @throws where a text is not what it should be; no key is quoted
 */
export async function revocationList(ca: string, caKey: string, retired: readonly string[]): Promise<string> {
  const authority = new x509.X509Certificate(ca);
  const scalar = createPrivateKey(caKey).export({ format: "jwk" });
  if (scalar.crv !== ALGORITHM.namedCurve || scalar.d === undefined) {
    throw new Error(
      `The CA's key is not of ${ALGORITHM.namedCurve}; only such a one can sign a revocation list.`,
    );
  }
  const secret = Buffer.from(scalar.d, "base64url");
  const serials = new Set(retired.map((pem) => new x509.X509Certificate(pem).serialNumber));
  const list = await x509.X509CrlGenerator.create(
    {
      issuer: authority.subjectName,
      thisUpdate: authority.notBefore,
      nextUpdate: authority.notAfter,
      // When they were retired, nobody remembers; none of them is good for anything since the authority began.
      entries: [...serials]
        .sort()
        .map((serialNumber) => ({ serialNumber, revocationDate: authority.notBefore })),
      signingAlgorithm: ALGORITHM,
      signingKey: { algorithm: ALGORITHM } as unknown as webcrypto.CryptoKey,
    },
    deterministicSigner((content) => p384.sign(sha384(content), secret).toCompactRawBytes()),
  );
  // OpenSSL knows it by this label only.
  return `${x509.PemConverter.encode(list.rawData, "X509 CRL")}\n`;
}

/** WebCrypto whose signatures are these. */
function deterministicSigner(sign: (content: Uint8Array) => Uint8Array): webcrypto.Crypto {
  const signer = async (_algorithm: unknown, _key: unknown, content: ArrayBuffer) =>
    sign(new Uint8Array(content));
  return { subtle: { sign: signer } } as unknown as webcrypto.Crypto;
}
