"""Starts ComfyUI once in the build, as its run-time user and without a network, up to the point where it would listen.

usage: try-start.py COMFYUI CUSTOM_NODES_FOLDER CUSTOM_NODES_FILE DENIED_FILE FINDINGS_FILE LIST_FILE

A requirement that is missing, a torch that is too old, or a custom node that does not load or that turns out to have a
denied class, then fails the build and not the deployment. LIST_FILE gets the custom nodes with their classes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

from integrity import states_under
from scan import denied_reason

UID = 10002
WRITABLE = ["input", "output", "temp", "user"]
TIMEOUT_SECONDS = 600


def start(comfyui, custom_nodes):
    """What trial.py writes, after a start that went well."""
    with open(os.path.join(comfyui, "FLAGS"), encoding="utf-8") as file:
        flags = file.read().splitlines()
    if "--cpu" not in flags:
        flags.append("--cpu")  # there is no GPU in a build
    with tempfile.TemporaryDirectory() as data:
        os.chmod(data, 0o755)
        os.symlink(data, "/data")
        os.mkdir(os.path.join(data, "models"))
        shutil.copytree(custom_nodes, os.path.join(data, "custom_nodes"), symlinks=True)
        for folder in WRITABLE:
            os.mkdir(os.path.join(data, folder))
            os.chown(os.path.join(data, folder), UID, UID)
        result = os.path.join(data, "temp", "trial.json")
        trial = subprocess.run(
            ["/opt/venv/bin/python", "-s", "-B", "trial.py", comfyui, result, *flags, "--quick-test-for-ci"],
            user=UID,
            group=UID,
            extra_groups=[],
            env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", "HF_HUB_OFFLINE": "1"},
            timeout=TIMEOUT_SECONDS,
        )
        os.unlink("/data")
        if trial.returncode != 0:
            raise SystemExit(f"ComfyUI does not start in this image (exit code {trial.returncode}), see above")
        with open(result, encoding="utf-8") as file:
            return json.load(file)


def problems(nodes, trial, denied):
    """Why what was started must not be built."""
    found = []
    for node in nodes:
        if node["name"] not in trial["loaded"]:
            found.append(f'custom node {node["name"]} ({node["url"]}) does not load, see above')
    for node, classes in trial["classes"].items():
        for name in classes:
            reason = denied_reason(name, denied)
            if reason is not None:
                found.append(f'custom node {node}: its node class "{name}" {reason}')
    return found


def tree_hash(folder):
    """One hash for a folder's names, links and contents."""
    states = sorted(states_under(folder, "").items())
    return f"sha256:{hashlib.sha256(json.dumps(states).encode()).hexdigest()}"


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    comfyui, custom_nodes, nodes_file, denied_file, findings_file, list_file = sys.argv[1:]
    nodes, findings = read_json(nodes_file), read_json(findings_file)
    trial = start(comfyui, custom_nodes)
    found = problems(nodes, trial, read_json(denied_file)["classes"])
    if found:
        raise SystemExit("\n".join([*found, "Remove these from comfyui.customNodes."]))
    listed = [
        {
            "name": node["name"],
            "url": node["url"],
            "commit": node["commit"],
            "tree": tree_hash(os.path.join(custom_nodes, node["name"])),
            "classes": sorted(trial["classes"].get(node["name"], [])),
            "findings": findings[node["name"]],
        }
        for node in nodes
    ]
    with open(list_file, "w", encoding="utf-8") as file:
        json.dump(listed, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main()
