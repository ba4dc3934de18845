import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-leaf-lifetime-short";

describe(ID, () => {
  it.each([
    [resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 2160 })],
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
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 2161 }),
      messages: ["it: validityPeriodHours is 2161; wanted at most 2160 (90 days)."],
    },
    {
      it: resource("tls:index/selfSignedCert:SelfSignedCert", { validityPeriodHours: 8760 }),
      messages: ["it: validityPeriodHours is 8760; wanted at most 2160 (90 days)."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {}),
      messages: ["it: validityPeriodHours is absent; wanted at most 2160 (90 days)."],
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
