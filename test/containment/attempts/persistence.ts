import { type Attempt, alike } from "../attempt";

/** The seven places where GHOST stays. */
export const GHOST_PERSISTENCE: readonly Attempt[] = [
  ...alike({ stopper: "read-only root", control: "root" }, [
    {
      id: "ld-so-preload",
      tries: "loads a library into every program by /etc/ld.so.preload",
      act: { do: "append", path: "/etc/ld.so.preload", content: "# drill\n" },
    },
    {
      id: "pam-library",
      tries: "leaves libpam_cache.so beside the system's libraries",
      act: { do: "write", path: "/lib/security/libpam_cache.so" },
    },
    {
      id: "systemd-unit",
      tries: "installs a system unit that looks like systemd's own",
      act: { do: "write", path: "/etc/systemd/system/systemd-journal-flush.service" },
    },
    {
      id: "user-unit",
      tries: "installs the user unit fontconfig-cache",
      act: { do: "write", path: "/home/comfyui/.config/systemd/user/fontconfig-cache.service" },
    },
    {
      id: "init-script",
      tries: "installs /etc/init.d/fontcache",
      act: { do: "write", path: "/etc/init.d/fontcache" },
    },
    {
      id: "cron-table",
      tries: "adds a line to /etc/cron.d",
      act: { do: "write", path: "/etc/cron.d/fontcache", content: "# drill\n" },
    },
    {
      id: "cron-spool",
      tries: "leaves a user's cron table",
      act: { do: "write", path: "/var/spool/cron/crontabs/comfyui", content: "# drill\n" },
    },
    {
      id: "bashrc",
      tries: "adds a line to the shell's start-up file",
      act: { do: "write", path: "/home/comfyui/.bashrc", content: "# drill\n" },
    },
    {
      id: "custom-node",
      tries: "installs the custom node PerformanceMonitor, which fetches the payload again",
      act: { do: "write", path: "/data/custom_nodes/PerformanceMonitor/__init__.py" },
    },
  ]),
  {
    id: "start-up-workflow",
    tries: "leaves a workflow that is to run at the next start",
    act: { do: "write", path: "/data/user/default/workflows/drill-startup.json", content: "{}\n" },
    stopper: "data is not run",
    control: "user",
  },
];

/** Other ways to be there again after a restart. */
export const OTHER_PERSISTENCE: readonly Attempt[] = [
  ...alike({ stopper: "read-only root", control: "root" }, [
    {
      id: "profile-script",
      tries: "leaves a script in /etc/profile.d",
      act: { do: "write", path: "/etc/profile.d/drill.sh", content: "# drill\n" },
    },
    {
      id: "library-path",
      tries: "puts a folder of its own on the library path",
      act: { do: "write", path: "/etc/ld.so.conf.d/drill.conf", content: "# drill\n" },
    },
    {
      id: "site-customize",
      tries: "has every Python run its code, by sitecustomize.py",
      act: { do: "write", path: "/usr/lib/python3/dist-packages/sitecustomize.py", content: "# drill\n" },
    },
    {
      id: "path-file",
      tries: "has every Python run its code, by a .pth file",
      act: { do: "write", path: "/usr/lib/python3/dist-packages/drill.pth", content: "# drill\n" },
    },
    {
      id: "local-bin",
      tries: "puts a program before the real one on PATH",
      act: { do: "write", path: "/usr/local/bin/drill-python3" },
    },
    {
      id: "replace-file",
      tries: "moves a system file away to put another in its place",
      act: { do: "rename", path: "/etc/debian_version", to: "/etc/debian_version.drill" },
    },
    {
      id: "authorized-keys",
      tries: "lets its key in by SSH",
      act: { do: "write", path: "/home/comfyui/.ssh/authorized_keys", content: "# drill\n" },
    },
    {
      id: "sudoers",
      tries: "lets itself become root by sudo",
      act: { do: "write", path: "/etc/sudoers.d/drill", content: "# drill\n" },
    },
    {
      id: "model-paths",
      tries: "has ComfyUI load custom nodes from elsewhere, by extra_model_paths.yaml",
      act: { do: "write", path: "/opt/comfyui/extra_model_paths.yaml", content: "# drill\n" },
    },
    {
      id: "stand-in-code",
      tries: "changes the server's own code",
      act: { do: "append", path: "/opt/stand-in/stand-in.js", content: "// drill\n" },
      stopper: "user id",
      only: "stand-in",
    },
    {
      id: "comfyui-code",
      tries: "changes ComfyUI's own code",
      act: { do: "append", path: "/opt/comfyui/main.py", content: "# drill\n" },
      stopper: "user id",
      only: "checkout",
    },
    {
      id: "comfyui-flags",
      tries: "has ComfyUI start with other flags: without --disable-all-custom-nodes",
      act: { do: "write", path: "/opt/comfyui/FLAGS", content: "" },
      stopper: "user id",
      only: "checkout",
    },
  ]),
  {
    id: "home-on-tmpfs",
    tries: "installs the user unit where the home folder is: on the tmpfs",
    act: { do: "write", path: "/tmp/.config/systemd/user/fontconfig-cache.service" },
    stopper: "tmpfs is emptied",
    control: "user",
  },
  {
    id: "user-site-on-tmpfs",
    tries: "leaves usercustomize.py for the next Python",
    act: {
      do: "write",
      path: "/tmp/.local/lib/python3.13/site-packages/usercustomize.py",
      content: "# drill\n",
    },
    stopper: "tmpfs is emptied",
    control: "user",
  },
  {
    id: "counters",
    tries: "lies about the firewall's counters, which the host reads",
    act: { do: "write", path: "/run/pod/counters.json", content: "{}\n" },
    stopper: "read-only mount",
    control: "root",
  },
  ...alike({ stopper: "read-only mount", control: "root" }, [
    {
      id: "model-pickle",
      tries: "leaves a model that runs code when it is loaded",
      act: { do: "write", path: "/data/models/checkpoints/drill.ckpt" },
    },
    {
      id: "model-replaced",
      tries: "leaves a model under the name of a good one",
      act: { do: "write", path: "/data/models/loras/drill.safetensors" },
    },
  ]),
  ...alike({ stopper: "capabilities", control: "root" }, [
    {
      id: "chattr-immutable",
      tries: "makes its file one that root cannot remove (chattr +i)",
      act: { do: "immutable", path: "/data/output/drill-immutable" },
    },
    {
      id: "setuid-root-file",
      tries: "leaves a program that runs as root",
      act: { do: "chown_root", path: "/data/output/drill-setuid" },
    },
    {
      id: "file-capability",
      tries: "gives its program capabilities",
      act: { do: "file_capability", path: "/data/output/drill-capability" },
    },
  ]),
];
