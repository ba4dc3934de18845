import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
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
  const rsa = (modulusLength: number) => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });
    const field = (bytes: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const number = (text: string) => Buffer.concat([Buffer.from([0]), Buffer.from(text, "base64url")]);
    const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), field(number(e)), field(number(n))]);
    return `ssh-rsa ${blob.toString("base64")} me`;
  };
  const acm = (props: Record<string, Value>) => resource("aws:acm/certificate:Certificate", props);

  it.each([
    ["Ed25519 for SSH", pair("ssh-ed25519 AAAA me")],
    ["RSA of 3072 bits for SSH", pair(rsa(3072))],
    ["an EC certificate", acm({ keyAlgorithm: "EC_prime256v1" })],
    ["an imported certificate", acm({ privateKey: "x" })],
  ])("passes %s", (_, it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    ["RSA of 2048 bits for SSH", pair(rsa(2048)), "publicKey"],
    ["DSA for SSH", pair("ssh-dss AAAAB3NzaC1kc3M= x"), "publicKey"],
    ["no key for SSH", pair(""), "publicKey"],
    ["ACM's default", acm({}), "keyAlgorithm"],
    ["RSA of 1024 bits from ACM", acm({ keyAlgorithm: "RSA_1024" }), "keyAlgorithm"],
  ])("refuses %s", (_, it, path) => {
    const { violations } = look(ID, it);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(new RegExp(`^it: ${path} .*; wanted .*RSA`));
  });

  it("looks again when an SSH key is known", () => {
    expect(look(ID, pair(UNKNOWN)).unknown).toEqual(["it: publicKey"]);
  });
});
