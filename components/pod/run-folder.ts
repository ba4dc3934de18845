/** Where the pod says what stands; see image/entrypoint. */
export const RUN_FOLDER = "/run/pod";

/** Part of the stack that the volume mounted there is. */
export const RUN_VOLUME = "pod-run";

/** Shell condition: the network namespace one is in is the pod's, with its firewall loaded. */
export const IN_POD = `[ "$(readlink /proc/self/ns/net)" = "$(cat ${RUN_FOLDER}/namespace 2>/dev/null)" ]`;
