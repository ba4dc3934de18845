import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
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
});
