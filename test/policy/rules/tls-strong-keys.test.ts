import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Resource } from "../../../policies/core/resource";
import { UNKNOWN, type Value } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-strong-keys";

describe(ID, () => {
  it.each([
    [resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P256" })],
    [resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P384" })],
    [resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P521" })],
    [resource("tls:index/privateKey:PrivateKey", { algorithm: "ED25519" })],
    [resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: 3072 })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA" }),
      messages: ["it: rsaBits is absent; wanted 3072 or more."],
    },
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: 1024 }),
      messages: ["it: rsaBits is 1024; wanted 3072 or more."],
    },
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: 3071 }),
      messages: ["it: rsaBits is 3071; wanted 3072 or more."],
    },
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA" }),
      messages: ["it: ecdsaCurve is absent; wanted P256, P384 or P521."],
    },
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P224" }),
      messages: ['it: ecdsaCurve is "P224"; wanted P256, P384 or P521.'],
    },
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "DSA" }),
      messages: ['it: algorithm is "DSA"; wanted ECDSA, ED25519 or RSA.'],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    { it: resource("tls:index/privateKey:PrivateKey", { algorithm: UNKNOWN }), paths: ["it: algorithm"] },
    {
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: UNKNOWN }),
      paths: ["it: rsaBits"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });

  const pair = (publicKey: Value) => resource("aws:ec2/keyPair:KeyPair", { publicKey });
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  /** An RSA key of so many bits, with zeros before and within its modulus. */
  const rsa = (bits: number, { zeros = 1, kind = "ssh-rsa" } = {}) => {
    const modulus = Buffer.alloc(zeros + Math.ceil(bits / 8));
    modulus[zeros] = 1 << ((bits - 1) % 8);
    const numbers = [Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), modulus];
    return `${kind} ${Buffer.concat(numbers.map(field)).toString("base64")} me`;
  };
  const made = () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const number = (text: string) => Buffer.concat([Buffer.from([0]), Buffer.from(text, "base64url")]);
    return `ssh-rsa ${Buffer.concat([Buffer.from("ssh-rsa"), number(e), number(n)].map(field)).toString("base64")}`;
  };
  const acm = (props: Record<string, Value>) => resource("aws:acm/certificate:Certificate", props);
  const SSH = "an Ed25519 or ECDSA key, or RSA of 3072 bits or more";
  const ACM = "EC_prime256v1, EC_secp384r1, EC_secp521r1, RSA_3072 or RSA_4096";

  it.each([
    ["Ed25519 for SSH", pair("ssh-ed25519 AAAA me")],
    ["Ed25519 with blanks before it and between", pair(" ssh-ed25519  AAAA me\n")],
    ["ECDSA for SSH", pair("ecdsa-sha2-nistp384 AAAA me")],
    ["Ed25519 on a token", pair("sk-ssh-ed25519@openssh.com AAAA me")],
    ["ECDSA on a token", pair("sk-ecdsa-sha2-nistp256@openssh.com AAAA me")],
    ["RSA of 3072 bits for SSH", pair(rsa(3072))],
    ["RSA of 3072 bits with blanks between", pair(rsa(3072).replace(" ", "  "))],
    ["RSA of 3072 bits, made by a library", pair(made())],
    ...["EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "RSA_3072", "RSA_4096"].map(
      (keyAlgorithm): [string, Resource] => [`${keyAlgorithm} of ACM`, acm({ keyAlgorithm })],
    ),
    ["an imported certificate", acm({ privateKey: "x" })],
  ])("passes %s", (_, it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each<[string, Value]>([
    ["RSA of 2048 bits", rsa(2048)],
    ["RSA of 3071 bits", rsa(3071)],
    ["RSA of 2048 bits that a thousand zeros make longer", rsa(2048, { zeros: 1000 })],
    ["RSA without a modulus", "ssh-rsa AAAAB3NzaC1yc2E= me"],
    ["RSA without anything", "ssh-rsa"],
    ["DSA", "ssh-dss AAAAB3NzaC1kc3M= x"],
    ["DSA as long as RSA is to be", rsa(3072, { kind: "ssh-dss" })],
    ["a kind with more behind it", "ssh-ed25519-not AAAA me"],
    ["a kind with more before it", "no-ssh-ed25519 AAAA me"],
    ["a curve that is too short", "ecdsa-sha2-nistp192 AAAA me"],
    ["an unknown kind on a token", "sk-ssh-dss@openssh.com AAAA me"],
    ["an empty text", ""],
  ])("refuses %s for SSH", (_, key) => {
    const found = String(key).length > 118 ? `${JSON.stringify(key).slice(0, 117)}...` : JSON.stringify(key);
    expect(look(ID, pair(key)).violations).toEqual([`it: publicKey is ${found}; wanted ${SSH}.`]);
  });

  it("refuses no key for SSH", () => {
    expect(look(ID, pair(undefined)).violations).toEqual([`it: publicKey is absent; wanted ${SSH}.`]);
  });

  it.each([
    ["ACM's default", acm({}), "is absent"],
    ["RSA of 1024 bits", acm({ keyAlgorithm: "RSA_1024" }), 'is "RSA_1024"'],
    ["RSA of 2048 bits", acm({ keyAlgorithm: "RSA_2048" }), 'is "RSA_2048"'],
  ])("refuses %s of ACM", (_, it, found) => {
    expect(look(ID, it).violations).toEqual([`it: keyAlgorithm ${found}; wanted ${ACM}.`]);
  });

  it("looks again when an SSH key is known", () => {
    expect(look(ID, pair(UNKNOWN)).unknown).toEqual(["it: publicKey"]);
  });
});
