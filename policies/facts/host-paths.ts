import { posix } from "node:path";

/** Folders of the host whose content, or whose change, is the host itself; with everything below them. */
const SENSITIVE: readonly string[] = [
  ..."/bin /boot /dev /etc /lib /lib32 /lib64 /proc /root /run /sbin /snap /sys /usr".split(" "),
  ..."/var/backups /var/log /var/run /var/snap /var/spool /var/lib/amazon /var/lib/cloud /var/lib/containerd".split(
    " ",
  ),
  ..."/var/lib/containers /var/lib/docker /var/lib/dpkg /var/lib/kubelet /var/lib/libvirt /var/lib/lxd".split(
    " ",
  ),
  ..."/var/lib/snapd /var/lib/systemd".split(" "),
];
/** Folders that hold such folders or people's homes; what else lies in them is not the host's. */
const PARENTS: readonly string[] = "/ /var /var/lib /home /Users /mnt /host /media /opt /tmp".split(" ");
/** Somebody's home as a whole, with its keys, and the files that a login runs. */
const HOME = /^\/(home|Users)\/[^/]+(\/\..*)?$/;
/** Where a virtual machine of a desktop shows its host, and where a Mac keeps its /etc, /var and /tmp. */
const DESKTOP = /^\/(host_mnt(\/[a-z])?|mnt\/(host(\/[a-z])?|[a-z])|private)(?=\/|$)/;
const CREDENTIAL_FOLDERS = /\/\.(ssh|docker|aws|kube|gnupg|config|azure|pulumi)(\/|$)/;
const SOCKETS = /\.sock$|(docker|containerd|podman)_engine$/;
/** Where the engine keeps a volume of its own: a volume that is laid over another one names it so. */
const VOLUME_DATA = /\/volumes\/[^/]+\/_data$/;

/** Whether a path of the host is one that gives the host away, whichever way it is spelled. */
export function isSensitivePath(path: string): boolean {
  const text = path.trim().replace(/\\/g, "/");
  // Relative to a folder that nobody knows here, or to a home.
  if (!text.startsWith("/")) {
    return true;
  }
  const normal = posix.normalize(text).replace(/(.)\/$/, "$1");
  if (VOLUME_DATA.test(normal)) {
    return false;
  }
  return (
    PARENTS.includes(normal) ||
    SENSITIVE.some((folder) => normal === folder || normal.startsWith(`${folder}/`)) ||
    CREDENTIAL_FOLDERS.test(normal) ||
    HOME.test(normal) ||
    SOCKETS.test(normal) ||
    (DESKTOP.test(normal) && isSensitivePath(normal.replace(DESKTOP, "") || "/"))
  );
}
