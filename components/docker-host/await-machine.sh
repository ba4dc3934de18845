#!/bin/sh
# Runs a script on a machine that may still be on its way up, over the ssh client.
#
#   DESTINATION    where to log in, user@address
#   SSH_FOLDER     the client's files: config, known_hosts with the pinned host key
#   REACH_SECONDS  how long the machine may take to let us in
#
# stdin: the script (POSIX sh). stdout: what it prints. Exit code: the script's, or 1 where it could not be run.
#
# Who refuses, is silent or hangs up is asked again until the time is over. Who shows another host key is not: cloud-init
# puts the pinned one in place before the SSH server first starts, so it is not our machine that answers.
set -u

script=$(cat)
deadline=$(($(date +%s) + REACH_SECONDS))
waited_for=
exec 3>&1

# The first on standard input.
fingerprint() { sed -n 's/.*\(SHA256:[A-Za-z0-9+/]*\).*/\1/p' | head -n 1; }
fail() {
  printf '%s\nFix: %s\n' "$1" "$2" >&2
  exit 1
}

while :; do
  # With a connection of its own: one that is shared has its host key behind it.
  said=$(ssh -F "$SSH_FOLDER/config" -o ControlPath=none "$DESTINATION" "$script" </dev/null 2>&1 >&3)
  code=$?
  # 255: not the script's, which has 0 and 1, but the client's own.
  [ "$code" -eq 255 ] || break
  said=$(printf '%s\n' "$said" | tr -d '\r')
  last=$(printf '%s\n' "$said" | tail -n 1)
  found=
  case $said in
    *'Host key verification failed'*)
      found=$(printf '%s\n' "$said" | fingerprint)
      found=${found:-one that the client does not tell}
      ;;
    *'no matching host key type found'*) found="another kind of key (${last##*Their offer: })" ;;
  esac
  [ -z "$found" ] ||
    fail "$DESTINATION shows another host key than the stack's: $found, where $(ssh-keygen -lf "$SSH_FOLDER/known_hosts" | fingerprint) is pinned. Nothing was sent to it." \
      "see which machine has the address: aws ec2 describe-addresses. If it is the stack's own and its key was changed by hand, have it made anew: docs/operations.md, \"Rotate everything\"."
  [ "$(date +%s)" -lt "$deadline" ] ||
    fail "$DESTINATION cannot be reached over SSH in $REACH_SECONDS s: $last" \
      'see whether the machine runs, and whether adminCidrs holds the address that you come from; then run again.'
  [ "$last" = "$waited_for" ] || printf 'waiting for the machine: %s\n' "$last" >&2
  waited_for=$last
  sleep 3
done
[ -z "$said" ] || printf '%s\n' "$said" >&2
exit "$code"
