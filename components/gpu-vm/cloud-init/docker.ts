import type { HostFile } from "./args";

/** Where Docker keeps its volumes: the data volume is mounted there. */
export const DOCKER_VOLUMES = "/var/lib/docker/volumes";

/**
 * Docker's settings. Left as they are, for a reason: the data root, since images and containers belong to one machine and
 * must not come up on its successor, and ip6tables, which Docker 27 and newer have on.
 */
export function dockerSettings(gpu: boolean): HostFile {
  const settings = {
    "live-restore": true,
    // It would hide who connects; without it there is nothing but the kernel's own forwarding.
    "userland-proxy": false,
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m", "max-file": "5" },
    // The store that the docker provider and our images are tested with.
    features: { "containerd-snapshotter": false, ...(gpu && { cdi: true }) },
    ...(gpu && {
      // With systemd's driver a daemon-reload, as every upgrade does, takes the GPU away from running containers.
      "exec-opts": ["native.cgroupdriver=cgroupfs"],
      runtimes: { nvidia: { path: "nvidia-container-runtime", args: [] } },
    }),
  };
  return {
    path: "/etc/docker/daemon.json",
    permissions: "0644",
    content: `${JSON.stringify(settings, null, 1)}\n`,
  };
}

/** Describes the GPUs to Docker, at each start: an instance may have been stopped and started as another type. */
export function gpuDescription(): HostFile {
  return {
    path: "/etc/systemd/system/comfy-cdi.service",
    permissions: "0644",
    content: `[Unit]
Description=Describe the GPUs to containers (CDI)
Before=docker.service

[Service]
Type=oneshot
ExecStart=/usr/bin/nvidia-ctk --quiet cdi generate --output=/var/run/cdi/nvidia.yaml

[Install]
WantedBy=multi-user.target
`,
  };
}
