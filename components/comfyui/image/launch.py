#!/opt/venv/bin/python -s
"""Becomes ComfyUI with the flags that the build chose, if its code and custom nodes are what was built.

usage: comfyui [trial]   with "trial" it ends where it would begin to listen

Takes no other arguments: a second --listen would override the first.
"""

import os
import sys

from integrity import differences

COMFYUI = "/opt/comfyui"
# Enough to see what happened; a whole other tree would fill the log.
SHOWN = 20

if sys.argv[1:] not in ([], ["trial"]):
    sys.exit(f"comfyui takes no argument but trial, got {sys.argv[1:]}: its flags are chosen when the image is built")
found = differences(f"{COMFYUI}/INTEGRITY.json")
if found:
    more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    sys.exit("\n".join(["ComfyUI is not started, its code is not what was built:", *found[:SHOWN], *more]))
with open(f"{COMFYUI}/FLAGS", encoding="utf-8") as file:
    flags = file.read().splitlines()
if sys.argv[1:] == ["trial"]:
    flags.append("--quick-test-for-ci")
os.execv(sys.executable, [sys.executable, "-s", f"{COMFYUI}/main.py", *flags])
