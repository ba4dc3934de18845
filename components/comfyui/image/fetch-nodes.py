"""Gathers the custom nodes that the settings name, each in a folder of its name.

usage: fetch-nodes.py CUSTOM_NODES_FILE LOCAL_FOLDER TARGET

CUSTOM_NODES_FILE is a list of {name, url, commit, local}. A local one was copied into LOCAL_FOLDER by its name, any
other is cloned from its url at exactly its commit.
"""

import json
import os
import shutil
import subprocess
import sys


def main():
    file, local, target = sys.argv[1:]
    with open(file, encoding="utf-8") as text:
        nodes = json.load(text)
    os.makedirs(target)
    for node in nodes:
        folder = os.path.join(target, node["name"])
        if node["local"]:
            shutil.move(os.path.join(local, node["name"]), folder)
        else:
            clone = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clone.sh")
            # Arguments of a list, no shell: an address cannot become a command.
            if subprocess.run(["sh", clone, node["url"], node["commit"], folder]).returncode != 0:
                raise SystemExit(f'custom node {node["name"]}: {node["url"]} cannot be cloned at {node["commit"]}')
            shutil.rmtree(os.path.join(folder, ".git"))


if __name__ == "__main__":
    main()
