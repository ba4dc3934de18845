#!/bin/sh
# usage: install.sh TORCH_ORIGIN_FILE TORCH_REQUIREMENTS_FILE REQUIREMENTS_FILE LOCK_FILE
# Fills /opt/venv with pip from outside it, so that pip is never in it: resolves the requirements to LOCK_FILE, or
# takes the one that is there, and installs exactly that, by hash.
set -eu
origin=$(cat "$1") torch_requirements=$2 requirements=$3 lock=$4

# Wheels only: a source package would run its own code here and want a compiler.
pip_install() {
  /build/pip/bin/pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
    --root-user-action ignore --progress-bar off --quiet --only-binary :all: --no-compile "$@"
}
# The packages of the index that torch comes from; a hash decides what is taken from where.
case $origin in
  debian | none) torch_index() { pip_install "$@"; } ;;
  *) torch_index() { pip_install --extra-index-url "$origin" "$@"; } ;;
esac

if [ ! -s "$lock" ]; then
  # The torch that was chosen stays: a requirement must not bring in another build of it.
  case $origin in
    none) : >constraints.txt ;;
    debian)
      /opt/venv/bin/python -c '
from importlib.metadata import distributions
for package in distributions():
    if package.name in ("torch", "torchvision", "torchaudio"):
        print(f"{package.name}=={package.version}")' >constraints.txt
      ;;
    *)
      pip_install --dry-run --report torch-report.json --index-url "$origin" --requirement "$torch_requirements"
      python3 lock.py --constraints torch torchvision torchaudio <torch-report.json >constraints.txt
      ;;
  esac
  cat constraints.txt
  # 0.3.64 imports requests and counts on others to bring it; newer ones name it.
  torch_index --dry-run --report report.json --constraint constraints.txt \
    --requirement "$torch_requirements" --requirement "$requirements" requests
  python3 lock.py "$lock" <report.json
fi
torch_index --no-deps --require-hashes --requirement "$lock"

# What a lock from elsewhere leaves out would only show when a workflow needs it.
pip_install --no-index --dry-run --report missing.json --requirement "$torch_requirements" --requirement "$requirements" ||
  {
    echo "requirements.lock does not satisfy the requirements, see above: remove comfyui.lock to resolve them anew" >&2
    exit 1
  }
python3 lock.py /dev/null <missing.json
if /opt/venv/bin/python -c 'import comfyui_manager' 2>/dev/null; then
  echo "a requirement brought in ComfyUI-Manager, which is never installed" >&2
  exit 1
fi

# As lay-out.sh does with ComfyUI's. Packages bring files for other Pythons, which do not compile and are not imported.
PYTHONHASHSEED=0 /opt/venv/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /opt/venv/lib >/dev/null || true
# All that pip puts there besides Python are commands, which nobody calls.
find /opt/venv/bin -mindepth 1 ! -name 'python*' -delete
