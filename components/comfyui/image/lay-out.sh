#!/bin/sh
# usage: lay-out.sh COMFYUI CUSTOM_NODES DATA
# Parts ComfyUI's tree into code that nobody may write and the folders of --base-directory.
set -eu
code=$1 custom_nodes=$2 data=$3

mkdir -p "$data/models" "$data/custom_nodes" "$data/input" "$data/output" "$data/temp" "$data/user"
for folder in models input; do
  if [ -d "$code/$folder" ]; then cp -R "$code/$folder/." "$data/$folder/"; fi
done
cp -R "$custom_nodes/." "$data/custom_nodes/"
rm -rf "$code/.git" "$code/.github" "$code/.ci" "$code/tests" "$code/tests-unit" \
  "$code/models" "$code/custom_nodes" "$code/input" "$code/output" "$code/temp" "$code/user" \
  "$code/extra_model_paths.yaml"
chown -R 0:0 "$code" "$data"
chmod -R u=rwX,go=rX "$code" "$data"
# models and custom_nodes stay root's: ComfyUI reads them, and code or a pickle that an attacker brings in has no
# place there to stay.
for folder in input output temp user; do
  chown -R 10002:10002 "$data/$folder"
  chmod 0700 "$data/$folder"
done
# The root file system is read-only at run time, so the bytecode has to be there already. By hash, not by time: the
# same source gives the same bytecode. Unchecked: launch.py has looked at both.
compile() { PYTHONHASHSEED=0 /opt/venv/bin/python -m compileall -q -f --invalidation-mode unchecked-hash "$@"; }
compile "$code"
# Nodes bring files for other Pythons, which do not compile and are not imported.
compile -s "$data" -p /data "$data/custom_nodes" >/dev/null || true
