import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIPv6 } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkIpv6Command, localSubnet, publishedPorts } from "../../components/pod/publish";

describe("where the port is published", () => {
  const ipv4 = { internal: 8443, external: 443, protocol: "tcp" };
  // Another port inside: the provider could not compare two publishes of the same one.
  const ipv6 = { internal: 8444, external: 443, protocol: "tcp" };

  it.each([
    ["machine", false, [{ ...ipv4, ip: "127.0.0.1" }]],
    [
      "machine",
      true,
      [
        { ...ipv4, ip: "127.0.0.1" },
        { ...ipv6, ip: "::1" },
      ],
    ],
    ["everyone", false, [{ ...ipv4, ip: "0.0.0.0" }]],
    [
      "everyone",
      true,
      [
        { ...ipv4, ip: "0.0.0.0" },
        { ...ipv6, ip: "::" },
      ],
    ],
  ] as const)("for %s, IPv6 %s", (audience, withIpv6, ports) => {
    expect(publishedPorts(audience, withIpv6, 443)).toEqual(ports);
  });

  it("is a subnet of the stack's own, always the same", () => {
    expect(localSubnet("local")).toMatch(/^fd[0-9a-f]{2}:[0-9a-f]{4}:[0-9a-f]{4}::\/64$/);
    expect(isIPv6(localSubnet("local").split("/")[0] ?? "")).toBe(true);
    expect(localSubnet("local")).toBe(localSubnet("local"));
    expect(localSubnet("local")).not.toBe(localSubnet("production"));
  });
});

describe("the engine", () => {
  /** Runs the check with a `docker` that answers with this. */
  function check(answer: string) {
    const folder = mkdtempSync(join(tmpdir(), "docker-version-"));
    try {
      const docker = join(folder, "docker");
      writeFileSync(docker, `#!/bin/sh\n${answer}\n`);
      chmodSync(docker, 0o755);
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      return spawnSync("sh", ["-c", checkIpv6Command()], { env, encoding: "utf8" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it.each(["1.46 false 27.0.1", "1.51 false 28.2.2", "2.0 false 40.0.0", "1.41 true 20.10.24"])(
    "%s keeps IPv6 addresses",
    (version) => {
      expect(check(`echo ${version}`).status).toBe(0);
    },
  );

  it.each(["1.41 false 20.10.24", "1.45 false 26.1.0", "1.9 false 1.9.1"])("%s hides them", (version) => {
    const { status, stderr } = check(`echo ${version}`);
    expect(status).toBe(1);
    expect(stderr).toContain(`Docker ${version.split(" ")[2]} would hide who connects`);
    expect(stderr).toContain('set "ip6tables": true');
  });

  it("that does not answer is not trusted", () => {
    expect(check("echo no daemon >&2; exit 1").status).not.toBe(0);
  });
});
