import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-leaf-lifetime";

describe(ID, () => {
  it.each([
    [resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 8760 })],
    [
      resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 87600,
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 8761 }),
      messages: ["it: validityPeriodHours is 8761; wanted at most 8760 (365 days)."],
    },
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", { validityPeriodHours: 87600 }),
      messages: ["it: validityPeriodHours is 87600; wanted at most 8760 (365 days)."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 0 }),
      messages: ["it: validityPeriodHours is 0; wanted at most 8760 (365 days)."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {}),
      messages: ["it: validityPeriodHours is absent; wanted at most 8760 (365 days)."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: UNKNOWN }),
      paths: ["it: validityPeriodHours"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
