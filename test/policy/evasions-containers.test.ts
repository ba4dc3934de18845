import { describe, expect, it as test } from "vitest";
import type { Resource } from "../../policies/core/resource";
import { resource as it, look } from "../support/policy";

type Evasion = readonly [rule: string, how: string, resources: Resource[], messages: string[]];

/** Each went past the rules once. */
const EVASIONS: Evasion[] = [
  [
    "container-no-added-capability",
    "drop all then add all",
    [it("docker:index/container:Container", { capabilities: { drops: ["ALL"], adds: ["ALL"] } })],
    ['it: capabilities.adds[ALL] is "ALL"; wanted no added capability.'],
  ],
  [
    "container-seccomp-confined",
    "seccomp=/etc/all.json",
    [it("docker:index/container:Container", { securityOpts: ["seccomp=/etc/all.json"] })],
    ['it: securityOpts[0] is "seccomp=/etc/all.json"; wanted a profile that denies by default, as JSON.'],
  ],
  [
    "container-seccomp-confined",
    "seccomp=builtin:unconfined",
    [it("docker:index/container:Container", { securityOpts: ["seccomp=builtin:unconfined"] })],
    [
      'it: securityOpts[0] is "seccomp=builtin:unconfined"; wanted a profile that denies by default, as JSON.',
    ],
  ],
  [
    "container-seccomp-confined",
    'seccomp={"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["mount","ptrace","bpf"],"action":"SCMP_ACT_ALLOW"}]}',
    [
      it("docker:index/container:Container", {
        securityOpts: [
          'seccomp={"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["mount","ptrace","bpf"],"action":"SCMP_ACT_ALLOW"}]}',
        ],
      }),
    ],
    [
      'it: securityOpts[0] is "seccomp that allows mount, ptrace, bpf"; wanted a profile that denies by default.',
    ],
  ],
  [
    "container-apparmor-confined",
    "label=type:container_runtime_t",
    [it("docker:index/container:Container", { securityOpts: ["label=type:container_runtime_t"] })],
    ['it: securityOpts[0] is "label=type:container_runtime_t"; wanted the engine\'s default confinement.'],
  ],
  [
    "container-apparmor-confined",
    "apparmor=docker-complain",
    [it("docker:index/container:Container", { securityOpts: ["apparmor=docker-complain"] })],
    ['it: securityOpts[0] is "apparmor=docker-complain"; wanted the engine\'s default confinement.'],
  ],
  [
    "container-apparmor-confined",
    "writable-cgroups=true",
    [it("docker:index/container:Container", { securityOpts: ["writable-cgroups=true"] })],
    ['it: securityOpts[0] is "writable-cgroups=true"; wanted the engine\'s default confinement.'],
  ],
  [
    "container-no-sensitive-mount",
    "host /home/ubuntu",
    [
      it("docker:index/container:Container", {
        volumes: [{ hostPath: "/home/ubuntu", containerPath: "/x" }],
      }),
    ],
    [
      'it: volumes[0].hostPath is "/home/ubuntu"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /srv/x.sock",
    [it("docker:index/container:Container", { volumes: [{ hostPath: "/srv/x.sock", containerPath: "/x" }] })],
    [
      'it: volumes[0].hostPath is "/srv/x.sock"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /tmp",
    [it("docker:index/container:Container", { volumes: [{ hostPath: "/tmp", containerPath: "/x" }] })],
    [
      'it: volumes[0].hostPath is "/tmp"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /opt",
    [it("docker:index/container:Container", { volumes: [{ hostPath: "/opt", containerPath: "/x" }] })],
    [
      'it: volumes[0].hostPath is "/opt"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /var/log",
    [it("docker:index/container:Container", { volumes: [{ hostPath: "/var/log", containerPath: "/x" }] })],
    [
      'it: volumes[0].hostPath is "/var/log"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /media",
    [it("docker:index/container:Container", { volumes: [{ hostPath: "/media", containerPath: "/x" }] })],
    [
      'it: volumes[0].hostPath is "/media"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /snap",
    [it("docker:index/container:Container", { volumes: [{ hostPath: "/snap", containerPath: "/x" }] })],
    [
      'it: volumes[0].hostPath is "/snap"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "host /host_mnt/etc",
    [
      it("docker:index/container:Container", {
        volumes: [{ hostPath: "/host_mnt/etc", containerPath: "/x" }],
      }),
    ],
    [
      'it: volumes[0].hostPath is "/host_mnt/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-process-limit",
    "nproc text huge",
    [
      it("docker:index/container:Container", {
        ulimits: [{ name: "nproc", soft: "4194304", hard: "4194304" }],
      }),
    ],
    ['it: ulimits[0].hard is "4194304"; wanted at most 16384 processes.'],
  ],
  [
    "container-memory-limit",
    "swap absent is twice?",
    [it("docker:index/container:Container", { memory: 512, memorySwap: 512000 })],
    ["it: memorySwap is 512000; wanted the same as memory, for no swap on top."],
  ],
  [
    "container-no-host-namespaces",
    "networks by id of the host net",
    [it("docker:index/container:Container", { networkMode: "ns:/proc/1/ns/net" })],
    ['it: networkMode is "ns:/proc/1/ns/net"; wanted a namespace of its own.'],
  ],
  [
    "container-no-host-namespaces",
    "pid ns:",
    [it("docker:index/container:Container", { pidMode: "ns:/proc/1/ns/pid" })],
    ['it: pidMode is "ns:/proc/1/ns/pid"; wanted a namespace of its own.'],
  ],
  [
    "container-own-network",
    "internal? bridge option host binding ICC",
    [
      it("docker:index/network:Network", {
        driver: "bridge",
        options: { "com.docker.network.bridge.name": "docker0" },
      }),
    ],
    [
      'it: options.com.docker.network.bridge.name is "docker0"; wanted a bridge of its own, not the host\'s network.',
    ],
  ],
  [
    "container-own-network",
    "gateway mode routed (nat-unprotected)",
    [
      it("docker:index/network:Network", {
        driver: "bridge",
        options: { "com.docker.network.bridge.gateway_mode_ipv4": "nat-unprotected" },
      }),
    ],
    [
      'it: options.com.docker.network.bridge.gateway_mode_ipv4 is "nat-unprotected"; wanted a bridge that lets in published ports alone.',
    ],
  ],
  [
    "container-read-only-root",
    "tmpfs exec",
    [it("docker:index/container:Container", { readOnly: true, tmpfs: { "/tmp": "exec,suid,dev" } })],
    ['it: tmpfs./tmp is "suid,dev"; wanted nosuid and nodev.'],
  ],
  [
    "container-health-check",
    "shell || true",
    [it("docker:index/container:Container", { healthcheck: { tests: ["CMD-SHELL", "curl x || true"] } })],
    ['it: healthcheck.tests is ["CMD-SHELL","curl x || true"]; wanted a command that looks at the service.'],
  ],
  [
    "container-health-check",
    "/bin/true arg",
    [it("docker:index/container:Container", { healthcheck: { tests: ["CMD", "/bin/true", "x"] } })],
    ['it: healthcheck.tests is ["CMD","/bin/true","x"]; wanted a command that looks at the service.'],
  ],
  [
    "container-default-cgroup",
    "cgroupParent",
    [it("docker:index/container:Container", { cgroupParent: "/" })],
    ['it: cgroupParent is "/"; wanted the engine\'s own.'],
  ],
  [
    "container-no-sensitive-mount",
    "a volume that is the host's processes",
    [it("docker:index/volume:Volume", { driverOpts: { type: "proc", device: "proc" } })],
    ['it: driverOpts.type is "proc"; wanted a file system for data, not a view of the kernel.'],
  ],
  [
    "container-no-sensitive-mount",
    "a mount that is the host's devices",
    [
      it("docker:index/container:Container", {
        mounts: [{ volumeOptions: { driverOptions: { type: "devtmpfs", device: "none", o: "rw" } } }],
      }),
    ],
    [
      'it: mounts[0].volumeOptions.driverOptions.type is "devtmpfs"; wanted a file system for data, not a view of the kernel.',
    ],
  ],
  [
    "container-no-sensitive-mount",
    "a folder that is called another machine's",
    [it("docker:index/volume:Volume", { driverOpts: { type: "nfs", device: "/etc", o: "bind" } })],
    [
      'it: driverOpts.device is "/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
    ],
  ],
  [
    "container-no-secret",
    "gzip base64 upload",
    [
      it("docker:index/container:Container", {
        uploads: [
          { file: "/x", contentBase64: "H4sIAAAAAAAAA9PV1dXVdXJ19/RTCAjyDHMMcVXwdo0ECeoCAHnGMPIbAAAA" },
        ],
      }),
    ],
    ['it: uploads[0].contentBase64 is "(a private key, in base64, gzip)"; wanted no secret.'],
  ],
  [
    "container-no-secret",
    "hostname?",
    [it("docker:index/container:Container", { hostname: "hf_abcdefghijklmnopqrstuvwxyz012345" })],
    ['it: hostname is "(a Hugging Face token)"; wanted no secret.'],
  ],
  [
    "container-no-secret",
    "short number password 4 digits",
    [it("docker:index/container:Container", { envs: ["PASSWORD=1234"] })],
    ['it: envs[0] is "(a value for PASSWORD)"; wanted no secret.'],
  ],
  [
    "container-no-secret",
    "starts with slash",
    [it("docker:index/container:Container", { envs: ["PASSWORD=/hunter22xx"] })],
    ['it: envs[0] is "(a value for PASSWORD)"; wanted no secret.'],
  ],
  [
    "container-no-secret",
    "starts with dollar literal",
    [it("docker:index/container:Container", { envs: ["PASSWORD=$ecret123"] })],
    ['it: envs[0] is "(a value for PASSWORD)"; wanted no secret.'],
  ],
  [
    "container-no-secret",
    "tmpfs/mount opts",
    [
      it("docker:index/container:Container", {
        mounts: [{ type: "volume", volumeOptions: { driverOptions: { o: "username=x,password=hunter22" } } }],
      }),
    ],
    ['it: mounts[0].volumeOptions.driverOptions.o is "(a value for password)"; wanted no secret.'],
  ],
  [
    "comfyui-listens-on-loopback",
    '["python","-m","main","--listen","0.0.0.0"]',
    [it("docker:index/container:Container", { command: ["python", "-m", "main", "--listen", "0.0.0.0"] })],
    ['it: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
  ],
  [
    "comfyui-listens-on-loopback",
    '["comfy","launch","--","--listen","0.0.0.0"]',
    [it("docker:index/container:Container", { command: ["comfy", "launch", "--", "--listen", "0.0.0.0"] })],
    ['it: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
  ],
  [
    "comfyui-listens-on-loopback",
    "options alone, for an image by its id that has the start",
    [it("docker:index/container:Container", { command: ["--listen", "0.0.0.0"] }, "app")],
    ['app: command is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
  ],
  [
    "comfyui-joins-pod",
    "options alone, in a network of its own",
    [it("docker:index/container:Container", { command: ["--listen", "0.0.0.0"], networkMode: "n" }, "app")],
    ['app: networkMode is "n"; wanted container:ID of the pod.'],
  ],
  [
    "comfyui-listens-on-loopback",
    "env CLI_ARGS",
    [it("docker:index/container:Container", { image: "comfyui", envs: ["CLI_ARGS=--listen 0.0.0.0"] })],
    ['it: envs is "--listen 0.0.0.0"; wanted --listen 127.0.0.1 exactly once.'],
  ],
  [
    "comfyui-no-risky-options",
    "env",
    [it("docker:index/container:Container", { envs: ["CLI_ARGS=--enable-manager"] })],
    [
      'it: envs[0] is "--enable-manager"; wanted no --enable-manager and no --enable-cors-header and no --front-end-version.',
    ],
  ],
  [
    "container-no-new-privileges",
    "false before true: the provider keeps no order",
    [
      it("docker:index/container:Container", {
        securityOpts: ["no-new-privileges:false", "no-new-privileges:true"],
      }),
    ],
    ['it: securityOpts[0] is "no-new-privileges:false"; wanted "no-new-privileges:true".'],
  ],
  [
    "container-cpu-limit",
    "no processors, which come before the quota",
    [it("docker:index/container:Container", { cpus: "0", cpuQuota: 50000 })],
    ['it: cpus is "0"; wanted a number of processors above 0.'],
  ],
  [
    "comfyui-port-never-published",
    "a fraction, which the provider cuts off",
    [it("docker:index/container:Container", { ports: [{ internal: 8188.5, external: 443 }] })],
    ["it: ports[0].internal is 8188.5; wanted no way to 8188."],
  ],
  [
    "container-no-ssh-server",
    "a fraction of a port",
    [it("docker:index/container:Container", { ports: [{ internal: 22.5 }] })],
    ["it: ports[0].internal is 22.5; wanted no SSH of a container."],
  ],
  [
    "container-no-sysctls",
    "a setting of one network's interface",
    [
      it("docker:index/container:Container", {
        networksAdvanced: [
          {
            name: "mine",
            driverOpts: ["com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.route_localnet=1"],
          },
        ],
      }),
    ],
    [
      'it: networksAdvanced[0].driverOpts[0] is "com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.route_localnet=1"; wanted none.',
    ],
  ],
  [
    "container-own-network",
    "a network of many machines",
    [it("docker:index/network:Network", { driver: "overlay", attachable: true })],
    ['it: driver is "overlay"; wanted a bridge of its own, not the host\'s network.'],
  ],
  [
    "container-own-network",
    "a plugin that takes addresses from the host's network",
    [it("docker:index/network:Network", { driver: "ghcr.io/devplayer0/docker-net-dhcp:latest" })],
    [
      'it: driver is "ghcr.io/devplayer0/docker-net-dhcp:latest"; wanted a bridge of its own, not the host\'s network.',
    ],
  ],
  [
    "image-base-by-digest",
    "build context ssh",
    [it("docker:index/image:Image", { build: { context: "user@host:x.git" } })],
    ['it: build.context is "user@host:x.git"; wanted a folder of this machine.'],
  ],
  [
    "image-base-by-digest",
    "args as BASE_IMAGE lower",
    [it("docker:index/image:Image", { build: { args: { baseImage: "debian:12" } } })],
    ['it: build.args.baseImage is "debian:12"; wanted an image by digest or id.'],
  ],
  [
    "image-allowed-source",
    "cacheFrom",
    [it("docker:index/image:Image", { build: { cacheFrom: { images: ["evil.example/x:latest"] } } })],
    [
      'it: build.cacheFrom.images[0] is "evil.example/x:latest"; wanted an official image or one that the stack makes.',
    ],
  ],
  [
    "image-base-by-digest",
    "another image under the name of the stack's base",
    [it("docker:index/tag:Tag", { sourceImage: "evil/x:1", targetImage: "comfy-dev-base:1" })],
    ['it: sourceImage is "evil/x:1"; wanted an image by digest or id.'],
  ],
  [
    "image-base-by-digest",
    "what reads the Dockerfile",
    [it("docker:index/image:Image", { build: { args: { BUILDKIT_SYNTAX: "evil/x:1" } } })],
    ['it: build.args.BUILDKIT_SYNTAX is "evil/x:1"; wanted an image by digest or id.'],
  ],
  [
    "image-base-by-digest",
    "what lists the parts of an image",
    [it("docker:index/remoteImage:RemoteImage", { build: { sbom: "type=sbom,generator=evil/x:1" } })],
    ['it: build.sbom is "evil/x:1"; wanted an image by digest or id.'],
  ],
  [
    "image-allowed-source",
    "another image under the name of the stack's base",
    [it("docker:index/tag:Tag", { sourceImage: "evil/x:1", targetImage: "comfy-dev-base:1" })],
    ['it: sourceImage is "evil/x:1"; wanted an official image or one that the stack makes.'],
  ],
  [
    "image-allowed-source",
    "what reads the Dockerfile",
    [it("docker:index/image:Image", { build: { args: { BUILDKIT_SYNTAX: "evil/x:1" } } })],
    ['it: build.args.BUILDKIT_SYNTAX is "evil/x:1"; wanted an official image or one that the stack makes.'],
  ],
  [
    "image-allowed-source",
    "what lists the parts of an image",
    [it("docker:index/remoteImage:RemoteImage", { build: { sbom: "type=sbom,generator=evil/x:1" } })],
    ['it: build.sbom is "evil/x:1"; wanted an official image or one that the stack makes.'],
  ],
];

describe("evasions: containers", () => {
  test.each(EVASIONS)("%s catches: %s", (rule, _, resources, messages) => {
    expect(look(rule, ...resources).violations).toEqual(messages);
  });
});
