import { createPrivateKey, createPublicKey } from "node:crypto";

const TYPE = "ssh-ed25519";

/**
 * An Ed25519 key in OpenSSH's forms, as the tls provider computes them.
 * @param pem the private key in PKCS #8
 */
export function opensshForms(pem: string): { publicKeyOpenssh: string; privateKeyOpenssh: string } {
  const key = createPrivateKey(pem);
  const { d = "" } = key.export({ format: "jwk" });
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  const point = Buffer.from(x, "base64url");
  const publicPart = Buffer.concat([field(TYPE), field(point)]);
  // Twice the same number tells that a pass phrase was right; there is none.
  const check = Buffer.alloc(8);
  const secretPart = [
    check,
    publicPart,
    field(Buffer.concat([Buffer.from(d, "base64url"), point])),
    field(""),
  ];
  const length = secretPart.reduce((sum, part) => sum + part.length, 0);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (length % 8)) % 8));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    number(1),
    field(publicPart),
    field(Buffer.concat([...secretPart, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    publicKeyOpenssh: `${TYPE} ${publicPart.toString("base64")}\n`,
    privateKeyOpenssh: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
  };
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([number(bytes.length), bytes]);
}
