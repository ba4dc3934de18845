import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../policies/core/value";
import { look, resource } from "../support/policy";

describe("ways to say the same thing to Docker, tls, random and command otherwise", () => {
  it.each([
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", { command: ["run", "--password", "hunter22"] }),
    },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "0" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "root" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "0:0" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: ":0" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "+0" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "00" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "1000:0" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "nginx" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: undefined }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "2147483648" }) },
    { rule: "container-non-root", it: resource("docker:index/container:Container", { user: "1:2:3" }) },
    {
      rule: "container-non-root",
      it: resource("docker:index/container:Container", { user: "1:1", groupAdds: ["0"] }),
    },
    { rule: "container-drop-all-capabilities", it: resource("docker:index/container:Container", {}) },
    {
      rule: "container-drop-all-capabilities",
      it: resource("docker:index/container:Container", { capabilities: { drops: [] } }),
    },
    {
      rule: "container-drop-all-capabilities",
      it: resource("docker:index/container:Container", { capabilities: { drops: ["CAP_ALL"] } }),
    },
    {
      rule: "container-drop-all-capabilities",
      it: resource("docker:index/container:Container", { capabilities: { drops: ["NET_RAW"] } }),
    },
    {
      rule: "container-no-added-capability",
      it: resource("docker:index/container:Container", { capabilities: { adds: ["CAP_SYS_ADMIN"] } }),
    },
    {
      rule: "container-no-added-capability",
      it: resource("docker:index/container:Container", { capabilities: { adds: ["all"] } }),
    },
    {
      rule: "container-no-added-capability",
      it: resource("docker:index/container:Container", { capabilities: { adds: ["net_raw"] } }),
    },
    { rule: "container-no-new-privileges", it: resource("docker:index/container:Container", {}) },
    {
      rule: "container-no-new-privileges",
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:false"] }),
    },
    {
      rule: "container-no-new-privileges",
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges=0"] }),
    },
    {
      rule: "container-no-new-privileges",
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privilege:true"] }),
    },
    {
      rule: "container-no-new-privileges",
      it: resource("docker:index/container:Container", { securityOpts: ["no-new-privileges:yes"] }),
    },
    {
      rule: "container-no-new-privileges",
      it: resource("docker:index/container:Container", {
        securityOpts: ["no-new-privileges:true", "no-new-privileges:false"],
      }),
    },
    {
      rule: "container-seccomp-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=unconfined"] }),
    },
    {
      rule: "container-seccomp-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp:unconfined"] }),
    },
    {
      rule: "container-seccomp-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp=UNCONFINED"] }),
    },
    {
      rule: "container-seccomp-confined",
      it: resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
      }),
    },
    {
      rule: "container-seccomp-confined",
      it: resource("docker:index/container:Container", {
        securityOpts: ['seccomp={"defaultAction":"SCMP_ACT_LOG"}'],
      }),
    },
    {
      rule: "container-seccomp-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["seccomp={oops"] }),
    },
    {
      rule: "container-apparmor-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["apparmor=unconfined"] }),
    },
    {
      rule: "container-apparmor-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["apparmor:unconfined"] }),
    },
    {
      rule: "container-apparmor-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["systempaths=unconfined"] }),
    },
    {
      rule: "container-apparmor-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["label=disable"] }),
    },
    {
      rule: "container-apparmor-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["label:disable"] }),
    },
    {
      rule: "container-apparmor-confined",
      it: resource("docker:index/container:Container", { securityOpts: ["label=type:spc_t"] }),
    },
    { rule: "container-read-only-root", it: resource("docker:index/container:Container", {}) },
    {
      rule: "container-read-only-root",
      it: resource("docker:index/container:Container", { readOnly: false }),
    },
    {
      rule: "container-read-only-root",
      it: resource("docker:index/container:Container", { readOnly: "false" }),
    },
    {
      rule: "container-not-privileged",
      it: resource("docker:index/container:Container", { privileged: true }),
    },
    {
      rule: "container-not-privileged",
      it: resource("docker:index/container:Container", { privileged: "true" }),
    },
    { rule: "container-not-privileged", it: resource("docker:index/container:Container", { privileged: 1 }) },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { networkMode: "host" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { pidMode: "host" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { ipcMode: "host" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { utsMode: "host" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { usernsMode: "host" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { cgroupnsMode: "host" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { networkMode: " HOST " }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { pidMode: "container:other" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { ipcMode: "shareable" }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/container:Container", { networksAdvanced: [{ name: "host" }] }),
    },
    {
      rule: "container-no-host-namespaces",
      it: resource("docker:index/image:Image", { build: { network: "host" } }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/run", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", { volumes: [{ hostPath: "/", containerPath: "/x" }] }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/var", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/etc", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/proc", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/sys", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/dev/sda", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/srv/../etc", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "//etc/", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "../x", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/home/me/.ssh", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/srv/docker.sock", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/var/lib/docker", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        volumes: [{ volumeName: "/var/run", containerPath: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        mounts: [{ type: "bind", source: "/root", target: "/x" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        mounts: [
          {
            type: "volume",
            source: "v",
            target: "/x",
            volumeOptions: { driverOptions: { type: "none", o: "bind", device: "/" } },
          },
        ],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        mounts: [{ type: "bind", source: "/srv/a", target: "/x", bindOptions: { propagation: "rshared" } }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", { volumes: [{ fromContainer: "other" }] }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/container:Container", {
        uploads: [{ file: "/x", source: "/root/.ssh/id_rsa" }],
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/volume:Volume", {
        driverOpts: { type: "none", o: "bind", device: "/var/run" },
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/volume:Volume", {
        driverOpts: { type: "overlay", o: "lowerdir=/srv:/etc" },
      }),
    },
    {
      rule: "container-no-sensitive-mount",
      it: resource("docker:index/volume:Volume", {
        driver: "local-persist",
        driverOpts: { mountpoint: "/etc" },
      }),
    },
    { rule: "container-process-limit", it: resource("docker:index/container:Container", {}) },
    { rule: "container-process-limit", it: resource("docker:index/container:Container", { ulimits: [] }) },
    {
      rule: "container-process-limit",
      it: resource("docker:index/container:Container", { ulimits: [{ name: "nproc", soft: -1, hard: -1 }] }),
    },
    {
      rule: "container-process-limit",
      it: resource("docker:index/container:Container", {
        ulimits: [
          { name: "nproc", soft: 1, hard: 1 },
          { name: "nofile", soft: 1, hard: -1 },
        ],
      }),
    },
    {
      rule: "container-process-limit",
      it: resource("docker:index/container:Container", { ulimits: [{ name: "core", soft: 0, hard: 0 }] }),
    },
    { rule: "container-own-network", it: resource("docker:index/container:Container", {}) },
    {
      rule: "container-own-network",
      it: resource("docker:index/container:Container", { networkMode: "bridge" }),
    },
    {
      rule: "container-own-network",
      it: resource("docker:index/container:Container", { networkMode: "default" }),
    },
    { rule: "container-own-network", it: resource("docker:index/container:Container", { networkMode: "" }) },
    {
      rule: "container-own-network",
      it: resource("docker:index/container:Container", { networksAdvanced: [{ name: "bridge" }] }),
    },
    { rule: "container-own-network", it: resource("docker:index/network:Network", { driver: "macvlan" }) },
    { rule: "container-own-network", it: resource("docker:index/network:Network", { driver: "ipvlan" }) },
    { rule: "container-own-network", it: resource("docker:index/network:Network", { driver: "host" }) },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", { envs: ["API_KEY=abc12345"] }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", { envs: ["DB=postgres://u:hunter22@h/db"] }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", {
        command: ["login", " --password hunter22"],
      }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", { envs: ["X=hf_abcdefghijklmnopqrstuvwx"] }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", { envs: ["X=9f86d081884c7d659a2feaa0c55ad015"] }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", {
        labels: [{ label: "password", value: "hunter22" }],
      }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", {
        uploads: [{ file: "/k", content: "-----BEGIN PRIVATE KEY-----" }],
      }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/image:Image", { build: { args: { HF_TOKEN: "abcdefgh" } } }),
    },
    {
      rule: "container-no-secret",
      it: resource("docker:index/container:Container", {
        entrypoints: ["sh", "-c", "export SECRET=hunter22; run"],
      }),
    },
    {
      rule: "container-no-devices",
      it: resource("docker:index/container:Container", { devices: [{ hostPath: "/dev/kvm" }] }),
    },
    {
      rule: "container-no-devices",
      it: resource("docker:index/container:Container", { deviceCgroupRules: ["a *:* rwm"] }),
    },
    {
      rule: "container-no-devices",
      it: resource("docker:index/container:Container", { deviceRequests: [{ count: -1 }] }),
    },
    { rule: "container-no-devices", it: resource("docker:index/container:Container", { gpus: "all" }) },
    { rule: "container-no-devices", it: resource("docker:index/container:Container", { runtime: "nvidia" }) },
    { rule: "container-no-swarm-or-plugin", it: resource("docker:index/service:Service", {}) },
    { rule: "container-no-swarm-or-plugin", it: resource("docker:index/plugin:Plugin", {}) },
    {
      rule: "container-no-swarm-or-plugin",
      it: resource("docker:index/service:Service", { taskSpec: UNKNOWN }),
    },
    { rule: "image-by-digest", it: resource("docker:index/container:Container", { image: "debian" }) },
    { rule: "image-by-digest", it: resource("docker:index/container:Container", { image: "debian:latest" }) },
    {
      rule: "image-by-digest",
      it: resource("docker:index/container:Container", {
        image: "debian@sha256:bababababababababababababababababababababababababababababababab",
      }),
    },
    {
      rule: "image-by-digest",
      it: resource("docker:index/container:Container", {
        image: "debian:latest@sha256:abababababababababababababababababababababababababababababababab",
      }),
    },
    {
      rule: "image-by-digest",
      it: resource("docker:index/container:Container", {
        image: "debian@sha256:ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB",
      }),
    },
    {
      rule: "image-by-digest",
      it: resource("docker:index/container:Container", {
        image: "sha256:abababababababababababababababababababababababababababababababab0",
      }),
    },
    {
      rule: "image-by-digest",
      it: resource("docker:index/container:Container", {
        image: "debian@md5:abababababababababababababababababababababababababababababababab",
      }),
    },
    { rule: "image-by-digest", it: resource("docker:index/container:Container", { image: "abababababab" }) },
    { rule: "image-by-digest", it: resource("docker:index/container:Container", { image: undefined }) },
    { rule: "image-by-digest", it: resource("docker:index/remoteImage:RemoteImage", { name: "nginx:1" }) },
    {
      rule: "image-base-by-digest",
      it: resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: "debian:trixie" } } }),
    },
    {
      rule: "image-base-by-digest",
      it: resource("docker:index/remoteImage:RemoteImage", { build: { buildArgs: { FROM: "python" } } }),
    },
    {
      rule: "image-base-by-digest",
      it: resource("docker:index/image:Image", { build: { context: "https://x.invalid/a.git" } }),
    },
    {
      rule: "image-base-by-digest",
      it: resource("docker:index/remoteImage:RemoteImage", { build: { remoteContext: "git@x.invalid:a" } }),
    },
    {
      rule: "image-allowed-source",
      it: resource("docker:index/container:Container", { image: "evil/debian" }),
    },
    {
      rule: "image-allowed-source",
      it: resource("docker:index/container:Container", { image: "localhost/debian" }),
    },
    {
      rule: "image-allowed-source",
      it: resource("docker:index/container:Container", { image: "r.invalid:5000/debian" }),
    },
    {
      rule: "image-allowed-source",
      it: resource("docker:index/remoteImage:RemoteImage", { name: "library/debiann" }),
    },
    {
      rule: "image-allowed-source",
      it: resource("docker:index/image:Image", { build: { args: { BASE_IMAGE: "a/b" } } }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/container:Container", { ports: [{ internal: 8188 }] }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/container:Container", { ports: [{ internal: 8443, external: 8188 }] }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/container:Container", { ports: [{ internal: "8188", ip: "127.0.0.1" }] }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/container:Container", {
        ports: ["8188", "0.0.0.0:8188:8188", "[::]:8188:80/tcp", "8000-9000"],
      }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/container:Container", {
        ports: [{ internal: "8180-8190", protocol: "udp" }],
      }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/container:Container", { publishAllPorts: true }),
    },
    {
      rule: "comfyui-port-never-published",
      it: resource("docker:index/service:Service", { endpointSpec: { ports: [{ targetPort: 8188 }] } }),
    },
    { rule: "comfyui-joins-pod", it: resource("docker:index/container:Container", {}, "comfyui") },
    {
      rule: "comfyui-joins-pod",
      it: resource("docker:index/container:Container", { networkMode: "bridge", name: "x-ComfyUI" }),
    },
    {
      rule: "comfyui-joins-pod",
      it: resource("docker:index/container:Container", { networkMode: "container:", image: "comfy-ui" }),
    },
    {
      rule: "comfyui-joins-pod",
      it: resource("docker:index/container:Container", {
        command: ["python", "/opt/main.py"],
        networkMode: "none",
      }),
    },
    {
      rule: "comfyui-joins-pod",
      it: resource(
        "docker:index/container:Container",
        { networkMode: "container:a", networksAdvanced: [{ name: "n" }] },
        "comfyui",
      ),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", { command: ["main.py"] }),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", { command: ["main.py", "--listen"] }),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", { command: ["main.py", "--listen", "0.0.0.0"] }),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", {
        command: ["main.py", "--listen", "127.0.0.1", "--listen", "0.0.0.0"],
      }),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", { command: ["main.py", "--listen=127.0.0.1,::1"] }),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", { command: ["main.py", "--lis", "0.0.0.0"] }),
    },
    {
      rule: "comfyui-listens-on-loopback",
      it: resource("docker:index/container:Container", {
        command: ["sh", "-c", "python main.py --listen 0.0.0.0"],
      }),
    },
    {
      rule: "comfyui-no-risky-options",
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-manager"] }),
    },
    {
      rule: "comfyui-no-risky-options",
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-cors-header"] }),
    },
    {
      rule: "comfyui-no-risky-options",
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-cors-header=*"] }),
    },
    {
      rule: "comfyui-no-risky-options",
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-m"] }),
    },
    {
      rule: "comfyui-no-risky-options",
      it: resource("docker:index/container:Container", { command: ["main.py", "--enable-cor"] }),
    },
    {
      rule: "comfyui-no-risky-options",
      it: resource("docker:index/container:Container", {
        command: ["main.py", "--enable-manager-legacy-ui"],
      }),
    },
    { rule: "tls-strong-keys", it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA" }) },
    {
      rule: "tls-strong-keys",
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: 1024 }),
    },
    {
      rule: "tls-strong-keys",
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "RSA", rsaBits: 3071 }),
    },
    { rule: "tls-strong-keys", it: resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA" }) },
    {
      rule: "tls-strong-keys",
      it: resource("tls:index/privateKey:PrivateKey", { algorithm: "ECDSA", ecdsaCurve: "P224" }),
    },
    { rule: "tls-strong-keys", it: resource("tls:index/privateKey:PrivateKey", { algorithm: "DSA" }) },
    {
      rule: "tls-leaf-lifetime",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 8761 }),
    },
    {
      rule: "tls-leaf-lifetime",
      it: resource("tls:index/selfSignedCert:SelfSignedCert", { validityPeriodHours: 87600 }),
    },
    {
      rule: "tls-leaf-lifetime",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 0 }),
    },
    { rule: "tls-leaf-lifetime", it: resource("tls:index/locallySignedCert:LocallySignedCert", {}) },
    {
      rule: "tls-leaf-lifetime-short",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 2161 }),
    },
    {
      rule: "tls-leaf-lifetime-short",
      it: resource("tls:index/selfSignedCert:SelfSignedCert", { validityPeriodHours: 8760 }),
    },
    { rule: "tls-leaf-lifetime-short", it: resource("tls:index/locallySignedCert:LocallySignedCert", {}) },
    {
      rule: "tls-ca-lifetime",
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 87601,
      }),
    },
    {
      rule: "tls-ca-lifetime",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 99999,
      }),
    },
    {
      rule: "tls-ca-lifetime",
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 0,
      }),
    },
    {
      rule: "tls-certificate-uses",
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        allowedUses: ["cert_signing"],
      }),
    },
    {
      rule: "tls-certificate-uses",
      it: resource("tls:index/selfSignedCert:SelfSignedCert", {
        isCaCertificate: "true",
        allowedUses: ["cert_signing", "server_auth"],
      }),
    },
    {
      rule: "tls-certificate-uses",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { allowedUses: [] }),
    },
    {
      rule: "tls-certificate-uses",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["server_auth", "cert_signing"],
      }),
    },
    {
      rule: "tls-certificate-uses",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "any_extended"],
      }),
    },
    {
      rule: "tls-client-leaf-only-client",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "server_auth"],
      }),
    },
    {
      rule: "tls-client-leaf-only-client",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "code_signing"],
      }),
    },
    {
      rule: "tls-client-leaf-only-client",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        allowedUses: ["client_auth", "any_extended"],
      }),
    },
    {
      rule: "tls-early-renewal",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", { validityPeriodHours: 100 }),
    },
    {
      rule: "tls-early-renewal",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        validityPeriodHours: 100,
        earlyRenewalHours: 0,
      }),
    },
    {
      rule: "tls-early-renewal",
      it: resource("tls:index/locallySignedCert:LocallySignedCert", {
        validityPeriodHours: 100,
        earlyRenewalHours: 100,
      }),
    },
    {
      rule: "random-enough-entropy",
      it: resource("random:index/randomPassword:RandomPassword", { length: 20, special: false }),
    },
    { rule: "random-enough-entropy", it: resource("random:index/randomBytes:RandomBytes", { length: 15 }) },
    { rule: "random-enough-entropy", it: resource("random:index/randomId:RandomId", { byteLength: 8 }) },
    {
      rule: "random-enough-entropy",
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 22,
        overrideSpecial: "aaaa",
        upper: false,
        lower: false,
        numeric: false,
      }),
    },
    {
      rule: "random-enough-entropy",
      it: resource("random:index/randomPassword:RandomPassword", { length: 30, minNumeric: 30 }),
    },
    {
      rule: "random-enough-entropy",
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 38,
        special: false,
        upper: false,
        lower: false,
      }),
    },
    {
      rule: "random-enough-entropy",
      it: resource("random:index/randomPassword:RandomPassword", {
        length: 99,
        special: false,
        upper: false,
        lower: false,
        number: false,
      }),
    },
    {
      rule: "random-no-guessable-secret",
      it: resource("random:index/randomString:RandomString", { length: 64 }, "api-key"),
    },
    {
      rule: "random-no-guessable-secret",
      it: resource("random:index/randomUuid:RandomUuid", {}, "session-token"),
    },
    {
      rule: "random-no-guessable-secret",
      it: resource("random:index/randomPet:RandomPet", {}, "dbPassword"),
    },
    {
      rule: "random-no-guessable-secret",
      it: resource("random:index/randomInteger:RandomInteger", {}, "secret"),
    },
    {
      rule: "command-no-secret",
      it: resource("command:local:Command", { create: "login --password hunter22" }),
    },
    {
      rule: "command-no-secret",
      it: resource("command:local:Command", { environment: { API_KEY: "hunter22" } }),
    },
    {
      rule: "command-no-secret",
      it: resource("command:remote:Command", { delete: "curl -H 'Authorization: Bearer abcdefghijk'" }),
    },
    { rule: "command-no-secret", it: resource("command:local:Command", { update: "TOKEN=hunter22 run" }) },
    {
      rule: "command-no-piped-download",
      it: resource("command:local:Command", { create: "curl -s https://x.invalid | sh" }),
    },
    {
      rule: "command-no-piped-download",
      it: resource("command:local:Command", { create: "wget -qO- x | sudo bash" }),
    },
    {
      rule: "command-no-piped-download",
      it: resource("command:local:Command", { create: "bash <(curl x)" }),
    },
    {
      rule: "command-no-piped-download",
      it: resource("command:local:Command", { create: 'sh -c "$(curl -fsSL x)"' }),
    },
    {
      rule: "command-no-piped-download",
      it: resource("command:local:Command", { create: "curl x | python3" }),
    },
    {
      rule: "command-no-piped-download",
      it: resource("command:local:Command", { create: "curl -o /tmp/i x && sh /tmp/i" }),
    },
    {
      rule: "command-no-piped-download",
      it: resource("docker:index/container:Container", { command: ["sh", "-c", "curl x|sh"] }),
    },
    {
      rule: "stack-one-public-way",
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { external: 80 }] }),
    },
    {
      rule: "stack-one-public-way",
      it: resource("docker:index/container:Container", { ports: [{ external: 443 }, { internal: 22 }] }),
    },
    {
      rule: "stack-one-public-way",
      it: resource("docker:index/container:Container", { ports: [{ external: "443" }, { external: 9145 }] }),
    },
    {
      rule: "stack-gateway-configuration",
      it: resource("command:local:Command", {
        stdin:
          "server { client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    },
    {
      rule: "stack-gateway-configuration",
      it: resource("command:local:Command", {
        stdin:
          "server { ssl_protocols TLSv1.1 TLSv1.2; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    },
    {
      rule: "stack-gateway-configuration",
      it: resource("command:local:Command", {
        stdin:
          "server { ssl_protocols TLSv1.2; client_max_body_size 1m; location = /prompt { auth_request off; proxy_pass http://c; } }",
      }),
    },
    {
      rule: "stack-gateway-configuration",
      it: resource("command:remote:Command", {
        stdin:
          "server { ssl_protocols TLSv1.2; client_max_body_size 0; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    },
  ])("$rule catches $it.props", ({ rule, it }) => {
    expect(look(rule, it).violations).not.toEqual([]);
  });
});
