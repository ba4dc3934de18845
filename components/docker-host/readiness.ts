import { DRIVER_FLOOR, TOOLKIT_FLOOR } from "../shared/gpu-floor";

export interface ReadinessArgs {
  /** Whether the machine must have a GPU that containers can use. */
  readonly gpu: boolean;
  /** Seconds for cloud-init, which sets the machine up, to end. Defaults to 900. */
  readonly setUpSeconds?: number;
  /** Seconds for each service to answer after that. Defaults to 120. */
  readonly serviceSeconds?: number;
}

/**
 * Script (POSIX sh) that ends well once a machine can take the stack's containers, and otherwise, after a bounded time,
 * says which one thing is not so and how to mend it. Prints the versions it found.
 */
export function readinessScript({ gpu, setUpSeconds = 900, serviceSeconds = 120 }: ReadinessArgs): string {
  return String.raw`set -u
fail() {
  printf 'The machine is not ready: %s\nFix: %s\n' "$1" "$2" >&2
  exit 1
}
# Whether version $2 is $1 or newer.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
# Runs a command until it succeeds, for ${serviceSeconds} s; its last words are then in $said.
until_answers() {
  deadline=$(($(date +%s) + ${serviceSeconds}))
  while ! said=$(timeout 30 "$@" 2>&1); do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      said=$(printf '%s\n' "$said" | tail -n 3)
      return 1
    fi
    sleep 2
  done
}

command -v cloud-init >/dev/null ||
  fail 'it has no cloud-init, so the stack has not set it up.' 'take an Ubuntu-based AWS Deep Learning Base GPU AMI.'
said=$(timeout ${setUpSeconds} cloud-init status --wait 2>&1)
code=$?
case $code in
  # 2: done, though with something it made do with.
  0 | 2) ;;
  124) fail 'cloud-init is still at work after ${setUpSeconds} s.' 'look at what it waits for: tail /var/log/cloud-init-output.log on the machine; then run again.' ;;
  *)
    tail -n 20 /var/log/cloud-init-output.log >&2 2>/dev/null
    fail "cloud-init failed: $(printf '%s\n' "$said" | tail -n 1)" 'the lines above are the end of /var/log/cloud-init-output.log on the machine; after mending the cause, have the machine made anew.'
    ;;
esac

until_answers docker version --format '{{.Server.Version}}' ||
  fail "its Docker Engine does not answer: $said" 'look at: sudo systemctl status docker; sudo journalctl -u docker -n 50'
docker=$said
${gpu ? gpuChecks(serviceSeconds) : ""}printf 'docker %s${gpu ? ", driver %s, toolkit %s" : ""}\n' "$docker"${gpu ? ' "$driver" "$toolkit"' : ""}
`;
}

function gpuChecks(serviceSeconds: number): string {
  return String.raw`
until_answers nvidia-smi --query-gpu=driver_version --format=csv,noheader ||
  fail "nvidia-smi finds no GPU within ${serviceSeconds} s: $said" 'take an instance type with an NVIDIA GPU and an AMI that has its driver; after an upgrade of the kernel have the machine made anew.'
driver=$(printf '%s\n' "$said" | head -n 1)
case $driver in
  [0-9]*.[0-9]*) ;;
  *) fail "nvidia-smi says '$driver' where the driver's version was expected." 'look at: nvidia-smi' ;;
esac
at_least ${DRIVER_FLOOR} "$driver" ||
  fail "its NVIDIA driver is $driver, older than ${DRIVER_FLOOR}." 'move on to a newer AMI.'
said=$(timeout 30 nvidia-ctk --version 2>&1) ||
  fail "it has no NVIDIA Container Toolkit: $said" 'sudo apt-get install nvidia-container-toolkit, or move on to a newer AMI.'
toolkit=$(printf '%s\n' "$said" | sed -n 's/.*version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
[ -n "$toolkit" ] ||
  fail "nvidia-ctk says '$said' where its version was expected." 'look at: nvidia-ctk --version'
at_least ${TOOLKIT_FLOOR} "$toolkit" ||
  fail "its NVIDIA Container Toolkit is $toolkit, older than ${TOOLKIT_FLOOR}, which lets containers out (CVE-2025-23266)." 'sudo apt-get update && sudo apt-get install --only-upgrade nvidia-container-toolkit, or move on to a newer AMI.'
case $(docker info --format '{{json .Runtimes}}' 2>&1) in
  *'"nvidia"'*) ;;
  *) fail 'its Docker Engine does not know the nvidia runtime.' 'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker' ;;
esac
`;
}
