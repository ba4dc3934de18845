import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../policies/core/value";
import { look, resource } from "../../support/policy";

const ID = "container-no-sensitive-mount";

describe(ID, () => {
  it.each([
    [
      resource("docker:index/container:Container", {
        volumes: [
          { volumeName: "data", containerPath: "/d" },
          { hostPath: "/srv/models", containerPath: "/m" },
        ],
      }),
    ],
    [
      resource("docker:index/container:Container", {
        mounts: [{ type: "volume", source: "data", target: "/d" }],
      }),
    ],
    [
      resource("docker:index/volume:Volume", {
        driver: "local",
        driverOpts: { type: "tmpfs", device: "tmpfs", o: "nosuid,size=1m" },
      }),
    ],
    [
      resource("docker:index/volume:Volume", {
        driverOpts: {
          type: "overlay",
          device: "overlay",
          o: "lowerdir=/var/lib/docker/volumes/a/_data,upperdir=/var/lib/docker/volumes/b/_data,nosuid",
        },
      }),
    ],
    [
      resource("docker:index/volume:Volume", {
        labels: [{ label: "of", value: "/etc" }],
        driverOpts: { type: "cifs", o: "addr=nas", device: "//nas/etc" },
      }),
    ],
    ...["nfs", "nfs4"].map((type) => [
      resource("docker:index/volume:Volume", {
        driverOpts: { type, o: "addr=fs-1.efs.eu-central-1.amazonaws.com,nfsvers=4.1", device: ":/" },
      }),
    ]),
    ...["app.conf", "./files/app.conf"].map((source) => [
      resource("docker:index/container:Container", { uploads: [{ file: "/etc/app.conf", source }] }),
    ]),
    [
      resource("docker:index/container:Container", {
        volumes: [{ volumeName: "shared" }],
        mounts: [{ type: "bind", source: "/srv/a", bindOptions: { propagation: "rprivate" } }],
      }),
    ],
    [resource("docker:index/container:Container", { uploads: [{ file: "/etc/app.conf", content: "/etc" }] })],
  ])("passes $name with $props", (it) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: [] });
  });

  it.each([
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/var/run/docker.sock", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/var/run/docker.sock"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/run", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/run"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { volumes: [{ hostPath: "/", containerPath: "/x" }] }),
      messages: [
        'it: volumes[0].hostPath is "/"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/var", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/var"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/etc", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/proc", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/proc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/sys", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/sys"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/dev/sda", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/dev/sda"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/srv/../etc", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/srv/../etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "//etc/", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "//etc/"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "../x", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "../x"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/home/me/.ssh", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/home/me/.ssh"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/srv/docker.sock", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/srv/docker.sock"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ hostPath: "/var/lib/docker", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].hostPath is "/var/lib/docker"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [{ volumeName: "/var/run", containerPath: "/x" }],
      }),
      messages: [
        'it: volumes[0].volumeName is "/var/run"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        mounts: [{ type: "bind", source: "/root", target: "/x" }],
      }),
      messages: [
        'it: mounts[0].source is "/root"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
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
      messages: [
        'it: mounts[0].volumeOptions.driverOptions.device is "/"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        mounts: [{ type: "bind", source: "/srv/a", target: "/x", bindOptions: { propagation: "rshared" } }],
      }),
      messages: ['it: mounts[0].bindOptions.propagation is "rshared"; wanted private propagation.'],
    },
    {
      it: resource("docker:index/container:Container", {
        mounts: [{ type: "bind", source: "/srv/a", target: "/x", bindOptions: { propagation: "shared" } }],
      }),
      messages: ['it: mounts[0].bindOptions.propagation is "shared"; wanted private propagation.'],
    },
    {
      it: resource("docker:index/container:Container", { volumes: [{ fromContainer: "other" }] }),
      messages: ['it: volumes[0].fromContainer is "other"; wanted each volume by its name.'],
    },
    {
      it: resource("docker:index/container:Container", {
        uploads: [{ file: "/x", source: "/root/.ssh/id_rsa" }],
      }),
      messages: [
        'it: uploads[0].source is "/root/.ssh/id_rsa"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    ...["../../etc/shadow", "files/../../id_rsa", "~/.ssh/id_rsa", "files/.aws/credentials"].map(
      (source) => ({
        it: resource("docker:index/container:Container", { uploads: [{ file: "/x", source }] }),
        messages: [
          `it: uploads[0].source is "${source}"; wanted a named volume, or a folder of the host that is nothing but data.`,
        ],
      }),
    ),
    {
      it: resource("docker:index/volume:Volume", {
        driverOpts: { type: "none", o: "bind", device: "/var/run" },
      }),
      messages: [
        'it: driverOpts.device is "/var/run"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/volume:Volume", {
        driverOpts: { type: "overlay", o: "lowerdir=/srv:/etc" },
      }),
      messages: [
        'it: driverOpts.o is "lowerdir=/srv:/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/volume:Volume", {
        driver: "local-persist",
        driverOpts: { mountpoint: "/etc" },
      }),
      messages: [
        'it: driverOpts.mountpoint is "/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        volumes: [...Array(10).fill({ volumeName: "data" }), { hostPath: "/etc" }],
      }),
      messages: [
        'it: volumes[10].hostPath is "/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { volumes: [{ volumeName: "data/../../etc" }] }),
      messages: [
        'it: volumes[0].volumeName is "data/../../etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", { volumes: [{ hostPath: "data" }] }),
      messages: [
        'it: volumes[0].hostPath is "data"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/volume:Volume", { driverOpts: { o: "upperdir=/etc" } }),
      messages: [
        'it: driverOpts.o is "upperdir=/etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/volume:Volume", { driverOpts: { device: " /etc" } }),
      messages: [
        'it: driverOpts.device is " /etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/volume:Volume", {
        driverOpts: { type: "none", o: "rw,bind", device: "etc" },
      }),
      messages: [
        'it: driverOpts.device is "etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/volume:Volume", {
        driverOpts: { type: "none", o: "rbind", device: "../etc" },
      }),
      messages: [
        'it: driverOpts.device is "../etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
    {
      it: resource("docker:index/container:Container", {
        mounts: [{ volumeOptions: { driverOptions: { o: "bind", device: "etc" } } }],
      }),
      messages: [
        'it: mounts[0].volumeOptions.driverOptions.device is "etc"; wanted a named volume, or a folder of the host that is nothing but data.',
      ],
    },
  ])("refuses $it.props", ({ it, messages }) => {
    expect(look(ID, it).violations).toEqual(messages);
  });

  it.each([
    {
      it: resource("docker:index/container:Container", { volumes: [{ hostPath: UNKNOWN }] }),
      paths: ["it: volumes[0].hostPath"],
    },
    { it: resource("docker:index/volume:Volume", { driverOpts: UNKNOWN }), paths: ["it: driverOpts"] },
  ])("looks again when $paths is known", ({ it, paths }) => {
    expect(look(ID, it)).toEqual({ violations: [], unknown: paths });
  });
});
