import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-certificate-uses";

describe(ID, () => {
  it.each([
    [
      resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
      }),
    ],
    [
      resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["digital_signature", "server_auth"],
      }),
    ],
    [
      resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["digital_signature", "client_auth"],
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        allowedUses: ["cert_signing"],
      }),
      messages: ['it: allowedUses is ["cert_signing"]; wanted cert_signing and crl_signing alone for a CA.'],
    },
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: "true",
        allowedUses: ["cert_signing", "server_auth"],
      }),
      messages: [
        'it: allowedUses is ["cert_signing","server_auth"]; wanted cert_signing and crl_signing alone for a CA.',
      ],
    },
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing", "server_auth"],
      }),
      messages: [
        'it: allowedUses is ["cert_signing","crl_signing","server_auth"]; wanted cert_signing and crl_signing alone for a CA.',
      ],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { allowedUses: [] }),
      messages: ["it: allowedUses is []; wanted server_auth or client_auth and no signing of certificates."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["server_auth", "cert_signing"],
      }),
      messages: [
        'it: allowedUses is ["server_auth","cert_signing"]; wanted server_auth or client_auth and no signing of certificates.',
      ],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "any_extended"],
      }),
      messages: [
        'it: allowedUses is ["client_auth","any_extended"]; wanted server_auth or client_auth and no signing of certificates.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { allowedUses: UNKNOWN }),
      paths: ["it: allowedUses"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
