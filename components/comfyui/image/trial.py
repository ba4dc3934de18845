"""Runs main.py without a network and writes which custom nodes it loaded.

usage: trial.py COMFYUI RESULT_FILE FLAG...

RESULT_FILE gets {"loaded": [node...], "classes": {node: [class...]}}, with "" for classes that no node's folder shows.
"""

import json
import os
import runpy
import sys

from no_network import take_network_away

CUSTOM_NODES = "/data/custom_nodes/"


def origin(node_class):
    """The custom node that a class comes from; None for ComfyUI's own."""
    declared = str(getattr(node_class, "RELATIVE_PYTHON_MODULE", ""))
    if declared.startswith("custom_nodes."):
        return declared.removeprefix("custom_nodes.")
    module = sys.modules.get(getattr(node_class, "__module__", ""))
    file = str(getattr(module, "__file__", "") or "")
    return file.removeprefix(CUSTOM_NODES).split("/")[0] if file.startswith(CUSTOM_NODES) else None


def main():
    comfyui, result_file, *flags = sys.argv[1:]
    take_network_away()
    script = os.path.join(comfyui, "main.py")
    sys.argv, sys.path[0] = [script, *flags], comfyui
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as ending:
        if ending.code not in (None, 0):
            raise
    nodes = sys.modules["nodes"]
    classes = {}
    for name, node_class in nodes.NODE_CLASS_MAPPINGS.items():
        node = origin(node_class)
        if node is not None:
            classes.setdefault(node, []).append(name)
    with open(result_file, "w", encoding="utf-8") as file:
        json.dump({"loaded": sorted(nodes.LOADED_MODULE_DIRS), "classes": classes}, file)


if __name__ == "__main__":
    main()
