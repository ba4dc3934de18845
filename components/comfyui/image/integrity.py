"""What the image was built with, file by file, and whether it still is that.

usage: integrity.py write MANIFEST FOLDER=PLACE...

FOLDER is where a tree lies now, PLACE where it will lie when ComfyUI runs. The manifest is JSON: {"trees": [PLACE...],
"files": {path: "sha256:<hex>" | "link:<target>"}}; watchers outside the container read it too.
"""

import hashlib
import json
import os
import sys


def state_of(path):
    """How the manifest describes a file or link."""
    if os.path.islink(path):
        return f"link:{os.readlink(path)}"
    if not os.path.isfile(path):
        return "neither a file nor a link"
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def states_under(folder, place):
    """The state of everything under a folder that is not a folder itself, by its path under `place`."""
    states = {}
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in files + links:
            path = os.path.join(parent, name)
            states[os.path.join(place, os.path.relpath(path, folder))] = state_of(path)
    return states


def differences(manifest_file):
    """What differs from the manifest, a line each."""
    with open(manifest_file, encoding="utf-8") as file:
        manifest = json.load(file)
    built, found = manifest["files"], {}
    for tree in manifest["trees"]:
        found.update(states_under(tree, tree))
    found.pop(manifest_file, None)
    return (
        [f"{path} was not built in" for path in sorted(found.keys() - built.keys())]
        + [f"{path} is missing" for path in sorted(built.keys() - found.keys())]
        + [f"{path} was changed" for path in sorted(found.keys() & built.keys()) if found[path] != built[path]]
    )


def main():
    command, manifest_file, *trees = sys.argv[1:]
    if command != "write":
        raise SystemExit(f'the command is "{command}"; allowed: write')
    places, files = [], {}
    for tree in trees:
        folder, place = tree.split("=")
        places.append(place)
        files.update(states_under(folder, place))
    with open(manifest_file, "w", encoding="utf-8") as file:
        json.dump({"trees": places, "files": dict(sorted(files.items()))}, file, indent=1)


if __name__ == "__main__":
    main()
