import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "tls-early-renewal";

describe(ID, () => {
  it.each([
    [
      resource("tls:index/locallySignedCert:LocallySignedCert", {
        validityPeriodHours: 100,
        earlyRenewalHours: 10,
      }),
    ],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 100 }),
      messages: ["it: earlyRenewalHours is absent; wanted above 0 and below validityPeriodHours."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        validityPeriodHours: 100,
        earlyRenewalHours: 0,
      }),
      messages: ["it: earlyRenewalHours is 0; wanted above 0 and below validityPeriodHours."],
    },
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        validityPeriodHours: 100,
        earlyRenewalHours: 100,
      }),
      messages: ["it: earlyRenewalHours is 100; wanted above 0 and below validityPeriodHours."],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { earlyRenewalHours: UNKNOWN }),
      paths: ["it: earlyRenewalHours"],
    },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
