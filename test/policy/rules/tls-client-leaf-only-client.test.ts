import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-client-leaf-only-client";

describe(ID, () => {
  it.each([
    [
      resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "digital_signature"],
      }),
    ],
    [
      resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "key_agreement", "key_encipherment"],
      }),
    ],
    [resource("tls:index/locallySignedCert:LocallySignedCert", { allowedUses: ["server_auth"] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "server_auth"],
      }),
      messages: [
        'it: allowedUses is ["client_auth","server_auth"]; wanted client_auth with digital_signature alone.',
      ],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "code_signing"],
      }),
      messages: [
        'it: allowedUses is ["client_auth","code_signing"]; wanted client_auth with digital_signature alone.',
      ],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "any_extended"],
      }),
      messages: [
        'it: allowedUses is ["client_auth","any_extended"]; wanted client_auth with digital_signature alone.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { allowedUses: [UNKNOWN] }),
      paths: ["it: allowedUses"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
