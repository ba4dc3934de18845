#!/bin/sh
# usage: fetch-source.sh official|checkout REPOSITORY COMMIT CHECKOUT TARGET
# Puts ComfyUI's tree at TARGET: cloned at exactly COMMIT, or the tree that was copied into CHECKOUT.
set -eu
source=$1 repository=$2 commit=$3 checkout=$4 target=$5

case $source in
  official)
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
    ;;
  checkout)
    if [ ! -f "$checkout/main.py" ]; then
      echo "SOURCE is checkout, and the build context has no source/main.py" >&2
      exit 1
    fi
    mv "$checkout" "$target"
    ;;
  *)
    echo "SOURCE is \"$source\"; allowed: official, checkout" >&2
    exit 1
    ;;
esac
