"""Looks at a container from inside, where there may be no program but Python.

usage: python3 look.py files FOLDER     SHA-256 and path of every file on FOLDER's file system
       python3 look.py list FOLDER      the names in it
       python3 look.py posture comfyui|self
                                        what the kernel grants ComfyUI's process, or this one
"""

import glob
import hashlib
import os
import re
import sys

GRANTED = re.compile(r"(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp):")


def files(folder):
    device = os.stat(folder).st_dev
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if os.lstat(os.path.join(parent, name)).st_dev == device]
        for path in (os.path.join(parent, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path) and os.stat(path).st_dev == device:
                with open(path, "rb") as file:
                    print(hashlib.file_digest(file, "sha256").hexdigest(), path)


def posture(which):
    processes = sorted((path for path in glob.glob("/proc/[0-9]*")), key=lambda path: int(path[6:]))
    names = {path: open(f"{path}/comm", encoding="utf-8").read() for path in processes}
    # Process 1 is the init process; ComfyUI is the first that it started.
    comfyui = next(path for path, name in names.items() if re.match("node|python", name))
    process = comfyui if which == "comfyui" else "/proc/self"
    with open(f"{process}/status", encoding="utf-8") as status:
        print(*filter(GRANTED.match, status), sep="", end="")
    for name in ("limits", "cgroup"):
        with open(f"{process}/{name}", encoding="utf-8") as file:
            print(file.read(), end="")
    for name in ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts"):
        print(os.readlink(f"{process}/ns/{name}"))


if __name__ == "__main__":
    command, argument = sys.argv[1:]
    {"files": files, "list": lambda folder: print(*os.listdir(folder), sep="\n"), "posture": posture}[command](argument)
