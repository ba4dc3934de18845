"""Refuses a tree that is not ComfyUI or that brings ComfyUI-Manager, and writes the requirements to install.

usage: check-source.py COMFYUI TORCH_REQUIREMENTS_FILE REQUIREMENTS_FILE

ComfyUI-Manager installs packages and code on request and trusts a loopback listener most; behind a proxy that is
everybody. torch, torchvision and torchaudio, those of them that it wants, are written apart: they come from elsewhere.
"""

import os
import re
import sys

EXPECTED = ["main.py", "server.py", "nodes.py", "comfy", "requirements.txt"]
TORCH = {"torch", "torchvision", "torchaudio"}
MANAGER = re.compile(r"comfy-?ui-?manager")


def normalised(name):
    """A package or folder name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements_to_install(text):
    """(torch's, the others); SystemExit on one that names the manager or is not a plain requirement."""
    torch, others = [], []
    for line in text.splitlines():
        requirement = line.split("#")[0].strip()
        if not requirement:
            continue
        # Options and addresses would fetch from places that nobody has looked at.
        if requirement.startswith("-") or "://" in requirement or "@" in requirement:
            raise SystemExit(f'requirements.txt: "{requirement}" is not a name with a version; it is not installed')
        name = normalised(re.match(r"[\w.-]*", requirement).group())
        if MANAGER.search(name):
            raise SystemExit(f'requirements.txt: "{requirement}" is ComfyUI-Manager, which is never installed')
        (torch if name in TORCH else others).append(requirement)
    return torch, others


def main():
    root, torch_file, others_file = sys.argv[1:]
    missing = [name for name in EXPECTED if not os.path.exists(os.path.join(root, name))]
    if missing:
        raise SystemExit(f"this is not ComfyUI: it has no {', '.join(missing)}")
    custom_nodes = os.path.join(root, "custom_nodes")
    for name in sorted(os.listdir(custom_nodes)) if os.path.isdir(custom_nodes) else []:
        if MANAGER.search(normalised(name)):
            raise SystemExit(f"custom_nodes/{name} is ComfyUI-Manager, which is never installed: remove it")
    with open(os.path.join(root, "requirements.txt"), encoding="utf-8") as file:
        torch, others = requirements_to_install(file.read())
    for path, requirements in [(torch_file, torch), (others_file, others)]:
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(requirements) + "\n")


if __name__ == "__main__":
    main()
