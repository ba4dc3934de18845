import { describe, expect, it } from "vitest";
import { container, createOptions, nanoseconds } from "../../infra/embedded/handlers/docker-container";
import { checkKeys } from "../../infra/embedded/handlers/handler";
import { changedKeys, sameValue, unwrapSecrets, wrapSecret } from "../../infra/embedded/values";

describe("values", () => {
  it("compares deeply, whatever the order of keys", () => {
    expect(sameValue({ a: [1, { b: 2 }], c: 3 }, { c: 3, a: [1, { b: 2 }] })).toBe(true);
    expect(sameValue([1, 2], [2, 1])).toBe(false);
    expect(sameValue({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(changedKeys({ a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 }, d: 4 })).toEqual(["b", "d"]);
  });

  it("finds secrets at any depth and drops nulls", () => {
    expect(unwrapSecrets({ a: [{ b: wrapSecret("x") }], c: null })).toEqual({
      plain: { a: [{ b: "x" }] },
      secret: true,
    });
    expect(unwrapSecrets({ a: 1 })).toEqual({ plain: { a: 1 }, secret: false });
  });
});

describe("checkKeys", () => {
  it("names type, key and what is supported", () => {
    expect(() =>
      checkKeys("docker:index/container:Container", { image: "x", uploads: [] }, container.keys),
    ).toThrow(
      /docker:index\/container:Container: the embedded engine does not support the input "uploads"\. Supported: .*image/,
    );
    expect(() => checkKeys("t", { ports: [{ internal: 1 }, { what: 2 }] }, container.keys)).toThrow(
      /"ports\[1\]\.what"\. Supported in ports\[1\]: external, internal, ip, protocol/,
    );
    expect(() => checkKeys("t", { tmpfs: "x" }, container.keys)).toThrow(/tmpfs must be an object, not "x"/);
    expect(() => checkKeys("t", { toString: 1 }, container.keys)).toThrow(/does not support/);
  });
});

describe("a container's options", () => {
  it("speak the Docker API's language", () => {
    const options = createOptions(
      {
        image: "sha256:1",
        command: ["a"],
        entrypoints: ["e"],
        ports: [
          { internal: 8443, external: 9000, ip: "127.0.0.1" },
          { internal: 8443, external: 9001 },
          { internal: 53, protocol: "udp" },
        ],
        mounts: [
          { type: "volume", source: "v", target: "/v", readOnly: true, volumeOptions: { noCopy: true } },
          { type: "tmpfs", target: "/t", tmpfsOptions: { sizeBytes: 10, mode: 448 } },
        ],
        volumes: [{ volumeName: "v", containerPath: "/w", readOnly: true }],
        capabilities: { adds: ["CAP_NET_ADMIN"], drops: ["ALL"] },
        memory: 64,
        memorySwap: -1,
        shmSize: 8,
        cpus: "1.5",
        hosts: [{ host: "h", ip: "1.2.3.4" }],
        gpus: "all",
        healthcheck: { tests: ["CMD", "x"], interval: "1m30s", timeout: "500ms", retries: 3 },
      },
      "n",
      { l: "v" },
    );
    expect(options).toMatchObject({
      name: "n",
      Cmd: ["a"],
      Entrypoint: ["e"],
      Labels: { l: "v" },
      Healthcheck: { Test: ["CMD", "x"], Interval: 90e9, Timeout: 5e8, StartPeriod: 0, Retries: 3 },
      HostConfig: {
        NetworkMode: "bridge",
        Init: false,
        PortBindings: {
          "8443/tcp": [
            { HostIp: "127.0.0.1", HostPort: "9000" },
            { HostIp: "0.0.0.0", HostPort: "9001" },
          ],
          "53/udp": [{ HostIp: "0.0.0.0", HostPort: "" }],
        },
        Binds: ["v:/w:ro"],
        CapAdd: ["CAP_NET_ADMIN"],
        CapDrop: ["ALL"],
        Memory: 64 * 1024 * 1024,
        MemorySwap: -1,
        ShmSize: 8 * 1024 * 1024,
        NanoCpus: 1.5e9,
        ExtraHosts: ["h:1.2.3.4"],
        DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }],
      },
    });
    expect(options.HostConfig?.Mounts).toEqual([
      { Type: "volume", Source: "v", Target: "/v", ReadOnly: true, VolumeOptions: { NoCopy: true } },
      {
        Type: "tmpfs",
        Source: "",
        Target: "/t",
        ReadOnly: false,
        TmpfsOptions: { SizeBytes: 10, Mode: 448 },
      },
    ]);
  });

  it("refuse a duration that Go would not read", () => {
    expect(nanoseconds({ t: "1h2m3.5s" }, "t")).toBe(3723.5e9);
    expect(() => nanoseconds({ t: "5 minutes" }, "t")).toThrow(
      /t is "5 minutes"; a duration is written like/,
    );
  });
});
