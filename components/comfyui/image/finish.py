"""The last step of the build, in an image that has no shell any more. Takes no arguments; removes itself."""

import os

os.chmod("/data", 0o755)
for name in os.listdir("/opt/launcher"):
    os.chmod(f"/opt/launcher/{name}", 0o755)
os.symlink("/opt/launcher/launch.py", "/usr/local/bin/comfyui")
for name in ["runtime-packages", "strip.py", "debian-packages.json", "finish.py"]:
    os.unlink(f"/opt/{name}")
