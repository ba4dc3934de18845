"""Turns what pip resolved into a lock: every package with its version and the hash of the one file to install.

usage: pip install --dry-run --report - ... | lock.py LOCK_FILE
       lock.py --constraints NAME... < report

The first form writes the lock; the second prints NAME==VERSION of the packages named, for pip's --constraint.
"""

import json
import sys

from known_bad import MANAGER_NAME, PACKAGES, normalised


def locked(report):
    """The lines of the lock, by name. SystemExit on a package that is never installed or cannot be pinned."""
    lines = {}
    for item in report["install"]:
        name, version = normalised(item["metadata"]["name"]), item["metadata"]["version"]
        refuse(name, version)
        digest = item["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest is None:
            raise SystemExit(f"{name} {version}: the index gives no sha256 for it, so it cannot be pinned")
        lines[name] = f"{name}=={version} --hash=sha256:{digest}"
    return [lines[name] for name in sorted(lines)]


def refuse(name, version):
    if MANAGER_NAME.search(name):
        raise SystemExit(f"a requirement brings in {name}: ComfyUI-Manager is never installed")
    known = PACKAGES.get((name, version))
    if known is not None:
        raise SystemExit(f"{name} {version} {known}: a requirement must exclude it")


def main():
    report = json.load(sys.stdin)
    if sys.argv[1] == "--constraints":
        wanted = {normalised(name) for name in sys.argv[2:]}
        for line in locked(report):
            if line.split("==")[0] in wanted:
                print(line.split(" ")[0])
        return
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in locked(report)))


if __name__ == "__main__":
    main()
