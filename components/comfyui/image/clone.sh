#!/bin/sh
# usage: clone.sh REPOSITORY COMMIT TARGET
# Puts the tree of exactly COMMIT at TARGET, without submodules.
set -eu
repository=$1 commit=$2 target=$3

if ! printf '%s\n' "$commit" | grep -Eq '^[0-9a-f]{40}$'; then
  echo "COMMIT is \"$commit\"; allowed: a full commit id of 40 lower-case hex digits" >&2
  exit 1
fi
# A branch or tag can move; a commit id cannot, and git checks every object against it.
git init --quiet "$target"
git -C "$target" fetch --quiet --depth 1 "$repository" "$commit"
git -C "$target" -c advice.detachedHead=false checkout --quiet FETCH_HEAD
head=$(git -C "$target" rev-parse HEAD)
if [ "$head" != "$commit" ]; then
  echo "$repository gave $head, asked for $commit" >&2
  exit 1
fi
