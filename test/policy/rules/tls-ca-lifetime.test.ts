import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-ca-lifetime";

describe(ID, () => {
  it.each([
    [
      resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 87600,
      }),
    ],
    [resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 99999 })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 87601,
      }),
      messages: ["it: validityPeriodHours is 87601; wanted at most 87600 (3650 days)."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 99999,
      }),
      messages: ["it: validityPeriodHours is 99999; wanted at most 87600 (3650 days)."],
    },
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 0,
      }),
      messages: ["it: validityPeriodHours is 0; wanted at most 87600 (3650 days)."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: UNKNOWN,
      }),
      paths: ["it: validityPeriodHours"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
