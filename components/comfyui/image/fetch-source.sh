#!/bin/sh
# usage: fetch-source.sh official|checkout REPOSITORY COMMIT CHECKOUT TARGET
# Puts ComfyUI's tree at TARGET: cloned at exactly COMMIT, or the tree that was copied into CHECKOUT.
set -eu
source=$1 repository=$2 commit=$3 checkout=$4 target=$5

case $source in
  official)
    sh "$(dirname "$0")/clone.sh" "$repository" "$commit" "$target"
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
