/** Where the authorizer keeps its files inside its container. */

/** The volume with the configuration; owner uid 10003, mode 0700. */
export const HOME = "/etc/comfy-authorizer";

/** On tmpfs, so that it never outlives the server. */
export const PID_FILE = "/tmp/authorizer.pid";
