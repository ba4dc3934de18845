#!/opt/venv/bin/python -s
"""Becomes ComfyUI with the flags that the build chose, if its code and custom nodes are what was built.

Takes no arguments: a second --listen would override the first.
"""

import os
import sys

from integrity import differences

COMFYUI = "/opt/comfyui"
# Enough to see what happened; a whole other tree would fill the log.
SHOWN = 20

if len(sys.argv) > 1:
    sys.exit(f"comfyui takes no arguments, got {sys.argv[1:]}: its flags are chosen when the image is built")
found = differences(f"{COMFYUI}/INTEGRITY.json")
if found:
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    sys.exit("\n".join(["ComfyUI is not started, its code is not what was built:", *found[:SHOWN], *more]))
with open(f"{COMFYUI}/FLAGS", encoding="utf-8") as file:
    flags = file.read().splitlines()
os.execv(sys.executable, [sys.executable, "-s", f"{COMFYUI}/main.py", *flags])
