import type { HostFile } from "./args";
import { DOCKER_VOLUMES } from "./docker";
import { program } from "./program";

const FORMAT = "comfy-data-volume";

/**
 * What mounts the data volume where Docker keeps its volumes, found by its own id and not by its place among the disks, and
 * keeps Docker down without it: a volume made on the root disk meanwhile would be lost with the machine.
 *
 * `nofail` keeps it out of what the system itself waits for at its start, or the machine could not be logged in to.
 *
 * XFS on the whole disk: it is grown by the next start, or by xfs_growfs, and has no `lost+found`, which Docker would take
 * for a volume.
 */
export function dataVolume(volumeId: string): HostFile[] {
  const device = `/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${volumeId.replace("-", "")}`;
  const mount = DOCKER_VOLUMES.slice(1).replaceAll("/", "-");
  return [
    program(FORMAT),
    unit(
      `${FORMAT}.service`,
      `[Unit]
Description=Make the data volume fit to be mounted
Before=${mount}.mount

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=900
ExecStart=/usr/local/sbin/${FORMAT} ${device}

[Install]
WantedBy=multi-user.target
`,
    ),
    unit(
      `${mount}.mount`,
      `[Unit]
Description=Data volume: Docker's volumes
Requires=${FORMAT}.service
After=${FORMAT}.service
Wants=systemd-growfs@${mount}.service

[Mount]
What=${device}
Where=${DOCKER_VOLUMES}
Type=xfs
Options=nosuid,nodev,noexec,noatime,nofail
`,
    ),
    unit(
      "docker.service.d/10-comfy.conf",
      `[Unit]
RequiresMountsFor=${DOCKER_VOLUMES}
`,
    ),
  ];
}

function unit(name: string, content: string): HostFile {
  return { path: `/etc/systemd/system/${name}`, permissions: "0644", content };
}
