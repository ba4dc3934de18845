#!/opt/venv/bin/python -s
"""Becomes ComfyUI with the flags that the build chose. Takes no arguments: a second --listen would override the first."""

import os
import sys

COMFYUI = "/opt/comfyui"

if len(sys.argv) > 1:
    sys.exit(f"comfyui takes no arguments, got {sys.argv[1:]}: its flags are chosen when the image is built")
with open(f"{COMFYUI}/FLAGS", encoding="utf-8") as file:
    flags = file.read().splitlines()
os.execv(sys.executable, [sys.executable, "-s", f"{COMFYUI}/main.py", *flags])
