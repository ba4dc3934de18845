#!/bin/sh
# Makes the Debian base image of every image we build, as LOCAL_TAG in the engine that DOCKER_HOST names.
#
#   BASE_IMAGE_REFERENCE  what to start from, e.g. debian:trixie-slim@sha256:…; taken from the engine or its registry
#   LOCAL_TAG             the tag to make, e.g. comfy-fortress/base:trixie-local; Dockerfiles say FROM <it>
#   STACK                 value of the label comfy-fortress.stack
#
# stdout: one line, LOCAL_TAG. Progress and errors: stderr. Exit code 1 when there is no base image.
#
# Where the registry of a debian:trixie* reference does not answer, the same is made here by debootstrap, from
# Debian's signed archive. A registry that answers with a refusal (no such digest, no access) is an error: a
# mistyped digest must not turn into another base. Run again with the same reference it does nothing.
set -eu

: "${BASE_IMAGE_REFERENCE:?set BASE_IMAGE_REFERENCE, e.g. debian:trixie-slim}"
: "${LOCAL_TAG:?set LOCAL_TAG, e.g. comfy-fortress/base:trixie-local}"
: "${STACK:?set STACK, the name of the stack}"

# Seconds. The first bounds the wait for the registry's first answer, the second the whole download.
registry_answer_timeout=20
download_timeout=600

stack_label=comfy-fortress.stack
reference_label=comfy-fortress.base-reference
origin_label=comfy-fortress.base-origin
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# stdout carries the result and nothing else.
exec 3>&1 1>&2
# The caller's choice of builder may be one that this CLI lacks; left alone, it takes one that it has.
unset DOCKER_BUILDKIT

say() { printf 'base image: %s\n' "$*"; }
fail() {
  printf 'base image: %s\n' "$*"
  exit 1
}

work=
pull_pid=
clean_up() {
  if [ -n "$pull_pid" ]; then kill "$pull_pid" 2>/dev/null || true; fi
  if [ -n "$work" ]; then
    # An interrupted debootstrap leaves these mounted.
    for mounted in proc sys dev/pts dev; do umount -l "$work/root/$mounted" 2>/dev/null || true; done
    rm -rf --one-file-system "$work"
  fi
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

image_label() { docker image inspect --format "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null || true; }
in_engine() { docker image inspect "$1" >/dev/null 2>&1; }

# Pulls the reference. Sets pull_outcome to pulled, silent (no answer) or refused, and pull_message to the last line.
pull() {
  log=$work/pull.log
  docker pull "$1" >"$log" 2>&1 &
  pull_pid=$!
  waited=0
  limit=$registry_answer_timeout
  while kill -0 "$pull_pid" 2>/dev/null && [ "$waited" -lt "$limit" ]; do
    sleep 1
    waited=$((waited + 1))
    # docker says this once the registry has sent the manifest; from then on only the download is bounded.
    if grep -q 'Pulling from' "$log"; then limit=$download_timeout; fi
  done
  if kill "$pull_pid" 2>/dev/null; then
    wait "$pull_pid" || true
    pull_outcome=silent
    pull_message="no answer within $limit s"
  elif wait "$pull_pid"; then
    pull_outcome=pulled
    pull_message=
  else
    pull_message=$(tail -n 1 "$log")
    case $pull_message in
      *'manifest unknown'* | *'not found'* | *'no matching manifest'* | *'access denied'* | \
        *'invalid reference'* | *'requested access'* | *'verification failed'*)
        pull_outcome=refused
        ;;
      *) pull_outcome=silent ;;
    esac
  fi
  pull_pid=
}

# The engine's copy of $1 becomes LOCAL_TAG, with our labels on top.
label_existing() {
  docker tag "$1" "$LOCAL_TAG"
  # FROM names the tag, because BuildKit of Docker 20.10 takes neither a bare id nor tag@digest from the engine.
  printf 'FROM %s\nLABEL %s="%s" %s="%s" %s="registry"\n' "$LOCAL_TAG" "$stack_label" "$STACK" \
    "$reference_label" "$BASE_IMAGE_REFERENCE" "$origin_label" | docker build --tag "$LOCAL_TAG" - >"$work/label.log" 2>&1 ||
    {
      tail -n 20 "$work/label.log"
      docker image rm "$LOCAL_TAG" >/dev/null 2>&1 || true
      fail "could not label $1"
    }
}

# debootstrap itself and Debian's keys; installed where that is ours to do, else said.
require_debootstrap() {
  [ "$(id -u)" = 0 ] ||
    fail "the registry does not answer, and making the image with debootstrap needs root. Run this as root, or load the image yourself: docker load, then docker tag … $BASE_IMAGE_REFERENCE"
  if ! command -v debootstrap >/dev/null || [ ! -r "$keyring" ] || ! command -v gpgv >/dev/null; then
    command -v apt-get >/dev/null ||
      fail "the registry does not answer, and debootstrap or debian-archive-keyring is missing. Install the packages debootstrap, debian-archive-keyring and gpgv, or load the image yourself: docker load, then docker tag … $BASE_IMAGE_REFERENCE"
    say "installing debootstrap"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      debootstrap debian-archive-keyring gpgv
  fi
  here=$(dpkg --print-architecture)
  there=$(docker version --format '{{.Server.Arch}}')
  [ "$here" = "$there" ] ||
    fail "this machine is $here, the Docker engine is $there: debootstrap makes an image for this machine only. Load the image into the engine yourself: docker load, then docker tag … $BASE_IMAGE_REFERENCE"
}

# Debian's -slim images leave these out; the exclusion also holds for every package installed later.
slim() {
  cat >"$1/etc/dpkg/dpkg.cfg.d/slim" <<'CONF'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/groff/*
path-exclude /usr/share/info/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/man/*
CONF
  find "$1/usr/share/doc" -mindepth 1 ! -type d ! -name copyright -delete
  find "$1/usr/share/doc" -mindepth 1 -type d -empty -delete
  for excluded in groff info linda lintian locale man; do
    rm -rf "$1/usr/share/$excluded"
  done
  mkdir -p "$1/usr/share/info" "$1/usr/share/locale" "$1/usr/share/man"
}

# No service starts during a build, and apt keeps no caches, translations or large lists.
tune_for_builds() {
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod 0755 "$1/usr/sbin/policy-rc.d"
  printf 'force-unsafe-io\n' >"$1/etc/dpkg/dpkg.cfg.d/no-fsync"
  cat >"$1/etc/apt/apt.conf.d/image" <<'CONF'
Acquire::GzipIndexes "true";
Acquire::Languages "none";
Apt::AutoRemove::SuggestsImportant "false";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb || true"; };
CONF
}

# The security and updates suites, from the mirror that debootstrap chose, and their newest packages.
upgrade() {
  mirror=$(sed -n 's|^deb \(.*\)/debian/* trixie main.*|\1|p' "$1/etc/apt/sources.list" | head -n 1)
  [ -n "$mirror" ] || fail "debootstrap wrote an unexpected sources.list: $(cat "$1/etc/apt/sources.list")"
  cat >"$1/etc/apt/sources.list" <<CONF
deb $mirror/debian trixie main
deb $mirror/debian trixie-updates main
deb $mirror/debian-security trixie-security main
CONF
  DEBIAN_FRONTEND=noninteractive chroot "$1" sh -eu -c '
    apt-get update -qq
    apt-get dist-upgrade -y -qq
    apt-get clean'
}

# What differs between two runs on the same archive, and what belongs to this machine.
forget_this_run() {
  rm -rf "$1/var/lib/apt/lists" "$1/var/log" "$1/debootstrap" "$1/run" "$1/tmp" \
    "$1/var/cache/ldconfig/aux-cache" "$1/var/cache/debconf" "$1/var/cache/apt"
  mkdir -p "$1/var/lib/apt/lists/partial" "$1/var/log" "$1/run/lock" "$1/tmp" "$1/var/cache/debconf" \
    "$1/var/cache/apt/archives/partial"
  chmod 1777 "$1/tmp" "$1/run/lock"
  rm -f "$1/var/lib/dpkg/"*-old "$1/var/lib/systemd/random-seed" "$1/var/lib/dbus/machine-id"
  : >"$1/etc/machine-id"
  # The engine mounts its own over these.
  rm -f "$1/etc/hostname" "$1/etc/resolv.conf"
}

bootstrap() {
  require_debootstrap
  root=$work/root
  say "making Debian trixie with debootstrap (about half a minute)"
  # --force-check-gpg: without it debootstrap only warns when it finds no keys to verify with.
  # sid's script is trixie's; naming it also works with a debootstrap that is older than trixie.
  debootstrap --variant=minbase --force-check-gpg --keyring="$keyring" trixie "$root" "" sid \
    >"$work/debootstrap.log" 2>&1 || {
    tail -n 20 "$work/debootstrap.log" "$root/debootstrap/debootstrap.log" 2>/dev/null || true
    fail "debootstrap failed, see above"
  }
  grep 'Valid Release signature' "$work/debootstrap.log" || fail "debootstrap did not verify Debian's signature"
  # The archive's own date, so that the same archive gives the same files.
  epoch=$(date -d "$(sed -n 's/^Date: //p' "$root"/var/lib/apt/lists/*trixie_*Release | head -n 1)" +%s)
  tune_for_builds "$root"
  slim "$root"
  upgrade "$root" >"$work/upgrade.log" 2>&1 || {
    tail -n 20 "$work/upgrade.log"
    fail "updating the packages failed, see above"
  }
  forget_this_run "$root"
  # /dev holds the device nodes that debootstrap made; the engine brings its own.
  tar --create --file "$work/root.tar" --directory "$root" --numeric-owner --sort=name --one-file-system \
    --mtime="@$epoch" --clamp-mtime --exclude='./dev/*' .
  docker import --change "LABEL $stack_label=\"$STACK\" $reference_label=\"$BASE_IMAGE_REFERENCE\" $origin_label=\"debootstrap\"" \
    --change 'CMD ["bash"]' "$work/root.tar" "$LOCAL_TAG" >/dev/null
}

is_debian_trixie() {
  name=${1%%@*}
  case ${name##*/} in
    debian | debian:trixie*) return 0 ;;
    *) return 1 ;;
  esac
}

docker version >/dev/null 2>&1 ||
  fail "the Docker engine at ${DOCKER_HOST:-the default socket} does not answer: $(docker version 2>&1 >/dev/null | tail -n 1)"

if [ "$(image_label "$LOCAL_TAG" "$stack_label")" = "$STACK" ] &&
  [ "$(image_label "$LOCAL_TAG" "$reference_label")" = "$BASE_IMAGE_REFERENCE" ]; then
  say "$LOCAL_TAG is there"
  printf '%s\n' "$LOCAL_TAG" >&3
  exit 0
fi

# Not /tmp: on Debian 13 it is mounted nodev, where debootstrap cannot make its device nodes.
work=$(mktemp -d "${TMPDIR:-/var/tmp}/comfy-fortress-base.XXXXXX")

if in_engine "$BASE_IMAGE_REFERENCE"; then
  say "taking $BASE_IMAGE_REFERENCE from the engine"
  label_existing "$BASE_IMAGE_REFERENCE"
else
  say "pulling $BASE_IMAGE_REFERENCE"
  pull "$BASE_IMAGE_REFERENCE"
  case $pull_outcome in
    pulled)
      label_existing "$BASE_IMAGE_REFERENCE"
      # Only LOCAL_TAG is ours to leave behind; its layers stay.
      docker image rm "$BASE_IMAGE_REFERENCE" >/dev/null 2>&1 || true
      ;;
    refused) fail "$BASE_IMAGE_REFERENCE cannot be pulled: $pull_message. Correct build.baseImage." ;;
    silent)
      is_debian_trixie "$BASE_IMAGE_REFERENCE" ||
        fail "$BASE_IMAGE_REFERENCE cannot be pulled: $pull_message. Only a debian:trixie* image can be made without its registry: load this one yourself (docker load), or set build.baseImage to debian:trixie-slim."
      say "the registry does not answer ($pull_message)"
      bootstrap
      ;;
  esac
fi
printf '%s\n' "$LOCAL_TAG" >&3
