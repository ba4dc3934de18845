import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CertificateRequest } from "../../components/certificate/args";
import { CERTIFICATE_UID, CONFIG_VARIABLE, FOLDER } from "../../components/certificate/layout";
import { certificateEnvironment, LETS_ENCRYPT, supervisorConfig } from "../../components/certificate/render";
import { alarmLevel, DAY_MS } from "../../components/certificate/supervisor/alarm";
import { failureReason, hookFailures } from "../../components/certificate/supervisor/certbot-output";
import { exportedPair, exportPair } from "../../components/certificate/supervisor/export";
import { renderMetrics } from "../../components/certificate/supervisor/metrics";
import { CHECK_INTERVAL_MS, delayAfter } from "../../components/certificate/supervisor/schedule";
import {
  afterCheck,
  freshState,
  isDue,
  loadState,
  saveState,
} from "../../components/certificate/supervisor/state";
import { requestProblems } from "../../components/certificate/validation";
import { UID } from "../../components/shared/pod-layout";

const good: CertificateRequest = {
  domains: ["comfy.example.com"],
  email: "admin@example.com",
  dns: { host: "route53", zoneId: "Z0123456789ABCDEFGHIJ" },
};
const hooks = { host: "hooks" as const, folder: "/srv/dns" };
const problems = (change: Partial<CertificateRequest>) =>
  requestProblems({ ...good, ...change }).map(({ path, reason }) => `${path}: ${reason}`);

describe("what may be asked for", () => {
  it.each<[string, Partial<CertificateRequest>]>([
    ["one name at Route 53", {}],
    ["a wildcard beside its base", { domains: ["*.example.com", "example.com"] }],
    ["a name below a wildcard's level", { domains: ["*.example.com", "a.b.example.com"] }],
    ["staging", { directoryUrl: "staging" }],
    [
      "an inner name at an authority of one's own",
      { domains: ["comfy.internal"], directoryUrl: "https://ca/dir" },
    ],
    ["hooks", { dns: { ...hooks, propagationSeconds: 0 } }],
    ["DNS-01 said out loud", { challenge: "dns-01" }],
  ])("%s", (_, change) => {
    expect(problems(change)).toEqual([]);
  });

  it.each<[string, Partial<CertificateRequest>, RegExp]>([
    ["no domain", { domains: [] }, /^domains: 0 domains: 1 to 100/],
    ["a second star", { domains: ["*.*.example.com"] }, /"\*\.\*\.example\.com": a wildcard stands for/],
    ["a star inside a label", { domains: ["a*.example.com"] }, /whole leftmost label/],
    ["a star in the middle", { domains: ["a.*.example.com"] }, /whole leftmost label/],
    ["a star alone", { domains: ["*"] }, /whole leftmost label/],
    ["a star over a top-level domain", { domains: ["*.com"] }, /top-level domain/],
    [
      "a name that its wildcard covers",
      { domains: ["a.example.com", "*.example.com"] },
      /covered by \*\.example\.com/,
    ],
    ["a name twice", { domains: ["a.example.com", "a.example.com"] }, /^domains\[1\].*listed twice/],
    ["an IPv4 address", { domains: ["203.0.113.7"] }, /address cannot be proven/],
    ["an IPv6 address", { domains: ["2001:db8::7"] }, /address cannot be proven/],
    ["upper case", { domains: ["Comfy.example.com"] }, /not a host name/],
    ["a scheme", { domains: ["https//example.com"] }, /not a host name/],
    ["a trailing dot", { domains: ["example.com."] }, /not a host name/],
    ["an option in disguise", { domains: ["--staging"] }, /not a host name/],
    ["localhost", { domains: ["localhost"] }, /public names only/],
    ["an inner name", { domains: ["comfy.internal"] }, /public names only/],
    ["no mail address", { email: "admin" }, /^email: "admin": one mail address/],
    ["two mail addresses", { email: "a@example.com,b@example.com" }, /one mail address/],
    [
      "plain http",
      { directoryUrl: "http://ca/dir" },
      /^directoryUrl: "http:\/\/ca\/dir": production, staging, or/,
    ],
    ["credentials in the URL", { directoryUrl: "https://u:p@ca/dir" }, /without credentials/],
    ["no URL", { directoryUrl: "letsencrypt" }, /production, staging, or/],
    [
      "HTTP-01",
      { challenge: "http-01" },
      /^challenge: "http-01": it is answered on port 80, which stays closed; set dns-01/,
    ],
    ["TLS-ALPN-01", { challenge: "tls-alpn-01" }, /^challenge: "tls-alpn-01": Certbot does not implement it/],
    ["an unknown challenge", { challenge: "email-01" }, /no such challenge/],
    ["no zone id", { dns: { host: "route53", zoneId: "example.com" } }, /^dns\.zoneId: "example\.com"/],
    [
      "a relative folder",
      { dns: { host: "hooks", folder: "dns" } },
      /^dns\.folder: "dns": the absolute path/,
    ],
    ["a folder that is two mounts", { dns: { host: "hooks", folder: "/a:/b" } }, /^dns\.folder/],
    [
      "a wait that is too long",
      { dns: { ...hooks, propagationSeconds: 901 } },
      /^dns\.propagationSeconds: 901/,
    ],
    ["a wait that is no number", { dns: { ...hooks, propagationSeconds: Number.NaN } }, /whole seconds/],
    ["an unknown DNS host", { dns: { host: "bind" } as never }, /^dns\.host: .*route53 or hooks/],
  ])("not %s", (_, change, message) => {
    expect(problems(change)).toHaveLength(1);
    expect(problems(change)[0]).toMatch(message);
  });

  it("is judged as a whole: every problem is named", () => {
    expect(problems({ domains: ["*", "localhost"], email: "", challenge: "http-01" })).toHaveLength(4);
  });
});

describe("what Certbot is told", () => {
  const argumentsOf = (change: Partial<CertificateRequest>) =>
    supervisorConfig({ ...good, ...change }).certbotArguments;
  const optionOf = (list: readonly string[], option: string) => list[list.indexOf(option) + 1];

  it("is Let's Encrypt by Route 53 and DNS only, without a question", () => {
    const list = argumentsOf({});
    expect(optionOf(list, "--server")).toBe(LETS_ENCRYPT.production);
    expect(optionOf(list, "--preferred-challenges")).toBe("dns");
    expect(list).toContain("--dns-route53");
    expect(list).toContain("--non-interactive");
    expect(list).toContain("--keep-until-expiring");
  });

  it("is staging, or another directory, where that is asked for", () => {
    expect(optionOf(argumentsOf({ directoryUrl: "staging" }), "--server")).toBe(LETS_ENCRYPT.staging);
    expect(optionOf(argumentsOf({ directoryUrl: "https://ca/dir" }), "--server")).toBe("https://ca/dir");
  });

  it("waits once, after the last record, for a DNS host by hooks: 60 seconds by default", () => {
    expect(optionOf(argumentsOf({ dns: hooks }), "--manual-auth-hook")).toBe(
      '/etc/dns-host/auth-hook && if [ "$CERTBOT_REMAINING_CHALLENGES" = 0 ]; then sleep 60; fi',
    );
    expect(optionOf(argumentsOf({ dns: hooks }), "--manual-cleanup-hook")).toBe("/etc/dns-host/cleanup-hook");
  });

  it("names the certificate by what it is: the same for the same names, another for another authority", () => {
    const nameOf = (change: Partial<CertificateRequest>) => supervisorConfig({ ...good, ...change }).certName;
    expect(nameOf({ domains: ["a.example.com", "b.example.com"] })).toBe(
      nameOf({ domains: ["b.example.com", "a.example.com"], email: "other@example.com", dns: hooks }),
    );
    expect(nameOf({ directoryUrl: "staging" })).not.toBe(nameOf({}));
    expect(nameOf({ domains: ["b.example.com"] })).not.toBe(nameOf({}));
    expect(nameOf({})).toMatch(/^gateway-[0-9a-f]{16}$/);
  });

  it("reaches the container as one JSON text, and credentials as a path only", () => {
    const [config, ...rest] = certificateEnvironment(good);
    expect(JSON.parse(String(config).slice(`${CONFIG_VARIABLE}=`.length))).toEqual(supervisorConfig(good));
    expect(rest).toEqual([]);
    const withCredentials = { ...good, dns: { ...good.dns, credentialsFolder: "/srv/aws" } as never };
    expect(certificateEnvironment(withCredentials)[1]).toBe(
      "AWS_SHARED_CREDENTIALS_FILE=/etc/dns-host/credentials",
    );
  });
});

describe("when Certbot is asked", () => {
  const HOUR_MS = 3_600_000;
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it("at least twice a day, and not at the same minute as everybody", () => {
    fc.assert(
      fc.property(random, (chance) => {
        expect(delayAfter(0, chance)).toBeLessThanOrEqual(12 * HOUR_MS);
        expect(delayAfter(0, chance)).toBeGreaterThan(9 * HOUR_MS);
      }),
    );
    expect(delayAfter(0, 0.1)).not.toBe(delayAfter(0, 0.9));
  });

  it("after failures later and later, at most every 6 hours or so", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), random, (failures, chance) => {
        expect(delayAfter(failures + 1, chance)).toBeGreaterThanOrEqual(
          Math.min(delayAfter(failures, 0), 6 * HOUR_MS),
        );
        expect(delayAfter(failures, chance)).toBeLessThan(7 * HOUR_MS);
      }),
    );
  });

  it("fewer than five times within the first hour: Let's Encrypt's limit for refused validations", () => {
    let [now, asked] = [0, 0];
    for (; now < HOUR_MS; asked++) {
      now += delayAfter(asked + 1, 0);
    }
    expect(asked).toBeLessThan(5);
  });

  it("at once for a new configuration, and otherwise when it is time", () => {
    const now = Date.UTC(2026, 0, 1);
    const passed = afterCheck(freshState("a"), true, now, 0);
    expect(isDue(freshState("a"), now)).toBe(true);
    expect(isDue(passed, now + CHECK_INTERVAL_MS - 1)).toBe(false);
    expect(isDue(passed, now + CHECK_INTERVAL_MS)).toBe(true);
    // The clock was a year ahead at the last check.
    expect(isDue(passed, now - 365 * DAY_MS)).toBe(true);
  });

  it("counts failures until one check ends well", () => {
    const twice = afterCheck(afterCheck(freshState("a"), false, 1000, 0), false, 2000, 0);
    expect(twice).toMatchObject({ consecutiveFailures: 2, lastFailureAt: 2000, lastSuccessAt: 0 });
    expect(afterCheck(twice, true, 3000, 0)).toMatchObject({
      consecutiveFailures: 0,
      lastFailureAt: 2000,
      lastSuccessAt: 3000,
    });
  });
});

describe("alarms", () => {
  const now = Date.UTC(2026, 0, 1);
  const certificate = (lifetimeDays: number, leftDays: number) => ({
    notBefore: now - (lifetimeDays - leftDays) * DAY_MS,
    notAfter: now + leftDays * DAY_MS,
  });

  it.each([
    [90, 60, "none"],
    [90, 29, "none"],
    [90, 21.01, "none"],
    [90, 21, "warning"],
    [90, 7.01, "warning"],
    [90, 7, "critical"],
    [90, 0.01, "critical"],
    [90, 0, "expired"],
    [90, -5, "expired"],
    // Let's Encrypt from 2028 on: renewed with 15 days left, so 20 left is nothing to worry about.
    [45, 20, "none"],
    [45, 14.9, "warning"],
    [45, 6, "critical"],
    // Short-lived ones are renewed at half their life.
    [6, 3.1, "none"],
    [6, 2.9, "critical"],
  ])("of %d days %d are left: %s", (lifetimeDays, leftDays, level) => {
    expect(alarmLevel(certificate(lifetimeDays, leftDays), now)).toBe(level);
  });

  it("are in the metrics, with days and times", () => {
    const state = afterCheck(freshState("a"), true, now, 0);
    const text = renderMetrics(state, certificate(90, 5), now);
    expect(text).toContain("\ncomfy_certificate_alarm_level 2\n");
    expect(text).toContain("\ncomfy_certificate_days_to_expiry 5.000\n");
    expect(text).toContain(`\ncomfy_certificate_last_success_timestamp_seconds ${now / 1000}\n`);
    expect(text).toContain("\ncomfy_certificate_last_failure_timestamp_seconds 0\n");
    expect(text.endsWith("\n")).toBe(true);
  });

  it("have metrics before the first certificate too", () => {
    const text = renderMetrics(freshState("a"), undefined, now);
    expect(text).toContain("\ncomfy_certificate_issued 0\n");
    expect(text).not.toContain("days_to_expiry");
  });
});

describe("what Certbot prints", () => {
  const output = `Saving debug log to /tmp/certbot/logs/letsencrypt.log
Renewing an existing certificate for comfy.example.com
Hook '--manual-auth-hook' for comfy.example.com reported error code 3
Hook '--manual-auth-hook' for comfy.example.com ran with error output:
 the DNS host refuses the token
- - - - - - - - - -
Some challenges have failed.
Ask for help or search for solutions at https://community.letsencrypt.org.`;

  it("names the hooks that failed", () => {
    expect(hookFailures(output)).toEqual([
      { hook: "--manual-auth-hook", domain: "comfy.example.com", exitCode: 3 },
    ]);
    expect(hookFailures("Some challenges have failed.")).toEqual([]);
  });

  it("becomes one line without the chatter", () => {
    expect(failureReason(output)).toMatch(
      /^Hook .* \| the DNS host refuses the token \| Some challenges have failed\.$/,
    );
    expect(failureReason("x".repeat(10_000)).length).toBeLessThan(2100);
  });
});

describe("on disk", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cft-cert-unit-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const pair = (name: string) => ({ chain: `chain ${name}`, key: `key ${name}` });
  const now = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

  it("a pair becomes a generation, `current` points at it, and its files cannot be written", () => {
    expect(exportPair(folder, pair("1"), now)).toBe("20260102T030405006Z");
    expect(readlinkSync(join(folder, "current"))).toBe("generations/20260102T030405006Z");
    expect(exportedPair(folder)).toEqual(pair("1"));
    expect(statSync(join(folder, "current", "privkey.pem")).mode & 0o777).toBe(0o440);
  });

  it("the same pair again changes nothing", () => {
    exportPair(folder, pair("1"), now);
    expect(exportPair(folder, pair("1"), now + 1)).toBeUndefined();
    expect(readdirSync(join(folder, "generations"))).toHaveLength(1);
  });

  it("the generation before stays, older ones go", () => {
    for (const step of [1, 2, 3, 4]) {
      exportPair(folder, pair(String(step)), now + step);
    }
    expect(exportedPair(folder)).toEqual(pair("4"));
    expect(readdirSync(join(folder, "generations")).sort()).toEqual([
      "20260102T030405009Z",
      "20260102T030405010Z",
    ]);
  });

  it("what a run that died left behind does not stand in the way", () => {
    writeFileSync(join(folder, "current.new"), "");
    exportPair(folder, pair("1"), now);
    expect(exportedPair(folder)).toEqual(pair("1"));
  });

  it("state of another configuration, or damaged, counts for nothing", () => {
    const file = join(folder, "state.json");
    const state = afterCheck(freshState("a"), false, now, 0);
    saveState(file, state);
    expect(loadState(file, "a")).toEqual(state);
    expect(loadState(file, "b")).toEqual(freshState("b"));
    writeFileSync(file, '{"request":"a","cons');
    expect(loadState(file, "a")).toEqual(freshState("a"));
    expect(loadState(join(folder, "none"), "a")).toEqual(freshState("a"));
  });
});

it("the image has the users and folders that the rest counts on", () => {
  const dockerfile = readFileSync("components/certificate/image/Dockerfile", "utf8");
  expect(dockerfile).toContain(`USER ${CERTIFICATE_UID}:${CERTIFICATE_UID}\n`);
  expect(dockerfile).toContain(`-o ${CERTIFICATE_UID} -g ${UID.gateway} -m 2750 ${FOLDER.export}`);
  expect(dockerfile).toContain(`-o ${CERTIFICATE_UID} -g ${CERTIFICATE_UID} -m 0700 ${FOLDER.letsencrypt}`);
});
