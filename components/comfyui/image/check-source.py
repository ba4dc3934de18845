"""Refuses a tree that is not ComfyUI or that brings ComfyUI-Manager, and writes the requirements to install.

usage: check-source.py COMFYUI TORCH_REQUIREMENTS_FILE REQUIREMENTS_FILE

ComfyUI-Manager installs packages and code on request and trusts a loopback listener most; behind a proxy that is
everybody. torch, torchvision and torchaudio, those of them that it wants, are written apart: they come from elsewhere.
"""

import os
import sys

from known_bad import manager_in, normalised
from requirements import read_requirements

EXPECTED = ["main.py", "server.py", "nodes.py", "comfy", "requirements.txt"]
TORCH = {"torch", "torchvision", "torchaudio"}


def main():
    root, torch_file, others_file = sys.argv[1:]
    missing = [name for name in EXPECTED if not os.path.exists(os.path.join(root, name))]
    if missing:
        raise SystemExit(f"this is not ComfyUI: it has no {', '.join(missing)}")
    manager = manager_in(root)
    if manager is not None:
        raise SystemExit(f"{manager} is ComfyUI-Manager, which is never installed: remove it")
    requirements = read_requirements(os.path.join(root, "requirements.txt"), "requirements.txt")
    torch = [line for name, line in requirements if normalised(name) in TORCH]
    others = [line for name, line in requirements if normalised(name) not in TORCH]
    for path, lines in [(torch_file, torch), (others_file, others)]:
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    main()
