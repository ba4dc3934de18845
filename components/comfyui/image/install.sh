#!/bin/sh
# usage: install.sh TORCH_ORIGIN_FILE TORCH_REQUIREMENTS_FILE REQUIREMENTS_FILE
# Fills /opt/venv with pip from outside it, so that pip is never in it.
set -eu
origin=$(cat "$1") torch_requirements=$2 requirements=$3

# Wheels only: a source package would run its own code here and want a compiler.
install() {
  /build/pip/bin/pip --python /opt/venv/bin/python install \
    --no-cache-dir --disable-pip-version-check --root-user-action ignore --progress-bar off --only-binary :all: "$@"
}

if [ "$origin" != debian ]; then
  install --index-url "$origin" --requirement "$torch_requirements"
fi
# The torch that was chosen stays: a requirement must not bring in another build of it.
/opt/venv/bin/python -c '
from importlib.metadata import distributions
for package in distributions():
    if package.name in ("torch", "torchvision", "torchaudio"):
        print(f"{package.name}=={package.version}")' >constraints.txt
cat constraints.txt
# 0.3.64 imports requests and counts on others to bring it; newer ones name it.
install --constraint constraints.txt --requirement "$requirements" requests

if /opt/venv/bin/python -c 'import comfyui_manager' 2>/dev/null; then
  echo "a requirement brought in ComfyUI-Manager, which is never installed" >&2
  exit 1
fi
