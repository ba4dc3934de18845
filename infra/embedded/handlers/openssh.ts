import { createHash, createPublicKey, type KeyObject, randomBytes } from "node:crypto";

/** A string or number as the SSH protocol writes it (RFC 4251): a length and the bytes. */
function field(bytes: Buffer | string): Buffer {
  const value = Buffer.from(bytes as Buffer);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, value]);
}

/** An unsigned big-endian number as a positive SSH integer. */
function integer(base64url: string): Buffer {
  let bytes = Buffer.from(base64url, "base64url");
  while (bytes.length > 0 && bytes[0] === 0) bytes = bytes.subarray(1);
  return field((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

/** The parts of a key: its SSH name, the public fields, and the private fields (empty for a public key). */
function parts(key: KeyObject): { name: string; public: Buffer[]; private: Buffer[] } {
  const jwk = key.export({ format: "jwk" }) as Record<string, string>;
  const raw = (name: string) => Buffer.from(jwk[name] ?? "", "base64url");
  const secret = jwk.d !== undefined;
  if (jwk.kty === "OKP") {
    // An Ed25519 private key is the seed and the public key together.
    return {
      name: "ssh-ed25519",
      public: [field(raw("x"))],
      private: secret ? [field(raw("x")), field(Buffer.concat([raw("d"), raw("x")]))] : [],
    };
  }
  if (jwk.kty === "RSA") {
    const numbers = (names: string) => [...names.split(" ")].map((name) => integer(jwk[name] ?? ""));
    return { name: "ssh-rsa", public: numbers("e n"), private: secret ? numbers("n e d qi p q") : [] };
  }
  const curve = `nist${(jwk.crv ?? "").replace("-", "").toLowerCase()}`;
  const shown = [field(curve), field(Buffer.concat([Buffer.from([4]), raw("x"), raw("y")]))];
  return {
    name: `ecdsa-sha2-${curve}`,
    public: shown,
    private: secret ? [...shown, integer(jwk.d ?? "")] : [],
  };
}

/** One line as in authorized_keys, without a comment. */
export function publicKeyOpenssh(key: KeyObject): string {
  const { name, public: fields } = parts(key);
  return `${name} ${Buffer.concat([field(name), ...fields]).toString("base64")}`;
}

/** The private key in OpenSSH's own format, without a passphrase. */
export function privateKeyOpenssh(key: KeyObject): string {
  const { name, private: fields } = parts(key);
  const shown = Buffer.from(publicKeyOpenssh(createPublicKey(key)).split(" ")[1] ?? "", "base64");
  // The same number twice lets a reader see that it decrypted well.
  const check = randomBytes(4);
  let secret = Buffer.concat([check, check, field(name), ...fields, field("")]);
  const padding = (8 - (secret.length % 8)) % 8;
  secret = Buffer.concat([secret, Buffer.from(Array.from({ length: padding }, (_, index) => index + 1))]);
  const count = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    count,
    field(shown),
    field(secret),
  ]);
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}

function blob(publicLine: string): Buffer {
  return Buffer.from(publicLine.split(" ")[1] ?? "", "base64");
}

/** Pairs of hex digits with colons between them. */
export function fingerprintMd5(publicLine: string): string {
  return (createHash("md5").update(blob(publicLine)).digest("hex").match(/../g) ?? []).join(":");
}

/** "SHA256:" and base64 without padding, as ssh-keygen shows it. */
export function fingerprintSha256(publicLine: string): string {
  return `SHA256:${createHash("sha256").update(blob(publicLine)).digest("base64").replace(/=+$/, "")}`;
}
