"""Starts ComfyUI once in the build, as its run-time user, up to the point where it would listen.

usage: try-start.py COMFYUI

A requirement that is missing, or a torch that is too old, then fails the build and not the deployment.
"""

import os
import subprocess
import sys
import tempfile

UID = 10002
READ_ONLY = ["models", "custom_nodes"]
WRITABLE = ["input", "output", "temp", "user"]


def main():
    (comfyui,) = sys.argv[1:]
    with open(os.path.join(comfyui, "FLAGS"), encoding="utf-8") as file:
        flags = file.read().splitlines()
    if "--cpu" not in flags:
        flags.append("--cpu")  # there is no GPU in a build
    with tempfile.TemporaryDirectory() as data:
        os.chmod(data, 0o755)
        os.symlink(data, "/data")
        for folder in READ_ONLY + WRITABLE:
            os.mkdir(os.path.join(data, folder))
        for folder in WRITABLE:
            os.chown(os.path.join(data, folder), UID, UID)
        trial = subprocess.run(
            ["/opt/venv/bin/python", "-s", "-B", os.path.join(comfyui, "main.py"), *flags, "--quick-test-for-ci"],
            user=UID,
            group=UID,
            extra_groups=[],
            cwd=data,
            env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", "HF_HUB_OFFLINE": "1"},
        )
        os.unlink("/data")
    if trial.returncode != 0:
        raise SystemExit(f"ComfyUI does not start in this image (exit code {trial.returncode}), see above")


if __name__ == "__main__":
    main()
