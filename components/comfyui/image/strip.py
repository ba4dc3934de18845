"""Takes every program out of the root file system but Python and the loader's cache tool, and every set-id bit.

usage: strip.py PACKAGES_FILE

What is not here cannot be used by an intruder: no shell, no perl, no package manager, no su. A list of what stays
also takes out what a dependency brings tomorrow. PACKAGES_FILE gets the Debian packages that are left, as JSON; the
package database forgets the others, so that a scanner sees what is there.
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys

PROGRAM_FOLDERS = ["usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "usr/games", "usr/libexec"]
# triton looks for the GPU's driver with ldconfig.
STAYS = re.compile(r"python3(\.\d+)?|ldconfig")
# Not programs, and good for nothing without theirs; caches and logs, which would make each build another.
USELESS = [
    "usr/lib/apt",
    "usr/lib/dpkg",
    "usr/lib/init",
    "usr/lib/systemd",
    "usr/lib/gcc",
    "usr/share/perl5",
    "usr/share/perl",
    "usr/share/bash-completion",
    "usr/share/bug",
    "usr/share/debconf",
    "usr/share/doc",
    "usr/share/man",
    "var/cache",
    "var/log",
    "var/lib/apt",
    "etc/apt",
    "etc/cron.d",
    "etc/cron.daily",
    "etc/init.d",
    "etc/skel",
    "etc/update-motd.d",
]
PERL_LIBRARIES = re.compile(r"usr/lib/[^/]+/perl(-base|5)?")
DATA = ("/usr/share/", "/etc/", "/var/")


def strip_programs(root):
    for folder in PROGRAM_FOLDERS:
        path = os.path.join(root, folder)
        for name in os.listdir(path) if os.path.isdir(path) else []:
            if not STAYS.fullmatch(name):
                remove(os.path.join(path, name))


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def strip_useless(root):
    for folder in USELESS:
        remove(os.path.join(root, folder))
    libraries = os.path.join(root, "usr/lib")
    for machine in os.listdir(libraries):
        folder = os.path.join(libraries, machine)
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if PERL_LIBRARIES.fullmatch(f"usr/lib/{machine}/{name}"):
                remove(os.path.join(folder, name))


def strip_set_ids(root):
    """Takes set-uid and set-gid off every file; returns how many had them."""
    count = 0
    for folder, folders, files in os.walk(root):
        if folder == root:
            folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
        for name in files:
            path = os.path.join(folder, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                os.chmod(path, mode & 0o777)
                count += 1
    return count


def installed():
    """The Debian packages, as dpkg knows them; {name, version, architecture, source}."""
    form = "${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\n"
    lines = subprocess.run(["dpkg-query", "-W", "-f", form], check=True, capture_output=True, text=True).stdout
    keys = ["name", "version", "architecture", "source"]
    return [dict(zip(keys, line.split("\t"), strict=True)) for line in lines.splitlines()]


def files_of_package(root, package):
    for name in (package["name"], f'{package["name"]}:{package["architecture"]}'):
        path = os.path.join(root, "var/lib/dpkg/info", f"{name}.list")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                return file.read().splitlines()
    return []


def essence_of(root, package):
    """The files that make a package what it is: all but documents and settings, or, where there is no such, those."""
    files = [file for file in files_of_package(root, package) if os.path.isfile(f"{root}{file}")]
    return [file for file in files if not file.startswith(DATA)] or files


def forget(root, packages):
    """Takes packages out of dpkg's database."""
    names = {package["name"] for package in packages}
    status = os.path.join(root, "var/lib/dpkg/status")
    with open(status, encoding="utf-8") as file:
        entries = file.read().split("\n\n")
    name_of = re.compile(r"^Package: (.*)$", re.MULTILINE)
    kept = [entry for entry in entries if entry.strip() and name_of.search(entry).group(1) not in names]
    with open(status, "w", encoding="utf-8") as file:
        file.write("\n\n".join(kept) + "\n\n")


def main():
    (packages_file,) = sys.argv[1:]
    root = "/"
    essence = [(package, essence_of(root, package)) for package in installed()]
    strip_programs(root)
    strip_useless(root)
    set_ids = strip_set_ids(root)
    left = [package for package, files in essence if any(os.path.isfile(f"{root}{file}") for file in files)]
    forget(root, [package for package, _ in essence if package not in left])
    for name in os.listdir("/var/lib/dpkg"):
        if name not in ("status", "arch"):
            remove(os.path.join("/var/lib/dpkg", name))
    with open(packages_file, "w", encoding="utf-8") as file:
        json.dump(left, file, indent=1)
    print(f"{len(left)} of {len(essence)} packages are left; {set_ids} set-id bits taken off what is no program")


if __name__ == "__main__":
    main()
