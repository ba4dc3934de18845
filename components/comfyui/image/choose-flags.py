"""Chooses the flags of this ComfyUI from those it knows: an unknown one would abort its start.

usage: main.py --help | choose-flags.py ACCELERATOR CUSTOM_NODES_FILE > FLAGS

CUSTOM_NODES_FILE is a list of {name, ...}: the custom nodes to load, by their folders. FLAGS holds one argument a line. The versions that exist differ, so the list is asked of ComfyUI itself.
"""

import json
import re
import sys

# Without one of these it is not the ComfyUI that this image can hold.
REQUIRED = [
    # Loopback of the pod; the gateway is the only way in.
    ["--listen", "127.0.0.1"],
    ["--port", "8188"],
    # Everything ComfyUI writes or reads as data, apart from its code.
    ["--base-directory", "/data"],
    # Custom nodes are code: none is loaded that is not named, whatever comes to lie in the folder.
    ["--disable-all-custom-nodes"],
]

# In each row, the first one known is taken; a row of which none is known is left out.
WHERE_KNOWN = [
    # Nodes that send data to paid services; --offline (newer) also keeps the front end from calling out.
    [["--offline"], ["--disable-api-nodes"]],
    # The assets API lists and registers every file, and newer ones fetch addresses. The gateway denies it as well.
    [["--disable-assets"]],
    # Older ones put it in the code's folder, which is read-only; in memory it breaks across threads.
    [["--database-url", "sqlite:////data/user/comfyui.db"]],
]

# Left out on purpose:
#   --disable-metadata   the images would lose the workflow, which users load back from them
#   --multi-user         one user is enough until the gateway sets comfy-user
#   --max-upload-size    nginx's limit is the smaller and the one setting
#   --enable-manager, --enable-cors-header, --front-end-version   never


def known_flags(help_text):
    """The flags in the usage block of argparse's help; descriptions may name flags that do not exist."""
    usage = re.search(r"^usage:.*?(?=\n\s*\n|\Z)", help_text, re.DOTALL | re.MULTILINE)
    if usage is None:
        raise SystemExit(f"main.py --help shows no usage: {help_text[:200]!r}")
    # Whole words: argparse would take --disable-assets for --disable-assets-autoscan where only that one exists.
    return set(re.findall(r"(?<![\w-])--[A-Za-z0-9][\w-]*", usage.group()))


def choose(accelerator, nodes, known):
    """The arguments, in order. SystemExit where a required flag is unknown."""
    required = REQUIRED + ([["--whitelist-custom-nodes", *nodes]] if nodes else [])
    required += [["--cpu"]] if accelerator == "cpu" else []
    unknown = [flag[0] for flag in required if flag[0] not in known]
    if unknown:
        raise SystemExit(f"this ComfyUI does not know {', '.join(unknown)}: it is too old, take 0.3.64 or newer")
    chosen = list(required)
    for row in WHERE_KNOWN:
        chosen += [flag for flag in row if flag[0] in known][:1]
    return [argument for flag in chosen for argument in flag]


def main():
    accelerator, nodes_file = sys.argv[1:]
    with open(nodes_file, encoding="utf-8") as file:
        nodes = [node["name"] for node in json.load(file)]
    arguments = choose(accelerator, nodes, known_flags(sys.stdin.read()))
    print("flags: " + " ".join(arguments), file=sys.stderr)
    print("\n".join(arguments))


if __name__ == "__main__":
    main()
