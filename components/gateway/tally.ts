/**
 * How nginx tells the authorizer what it has done, for the metrics: a log on a tmpfs that both containers have. What
 * writing a line costs nginx was lost in the noise; a module that counts by itself cost 3 to 7 µs a request (njs, Lua), a
 * datagram 4 to 9 µs.
 */

/** Where the tmpfs is mounted in both containers. nginx owns it. */
export const TALLY_FOLDER = "/run/tally";

/** One line a request. The authorizer reads it every second, and empties it when it is long. */
export const TALLY_LOG = `${TALLY_FOLDER}/requests.log`;

/** Where nginx says how many connections it has, and which certificate it serves. */
export const STATUS_SOCKET = `${TALLY_FOLDER}/status.sock`;

/** Paths on the status socket. */
export const STATUS_PATH = {
  /** nginx's stub_status. */
  connections: "/connections",
  /** The served certificate, leaf first, in PEM. */
  certificate: "/certificate",
  /** What the certificate component measures, in Prometheus's format; 404 where there is none. */
  issuance: "/issuance",
} as const;

/** Fields of a line, in order, separated by spaces; `-` where there is no value. */
export const TALLY_FIELDS = [
  "method",
  "route",
  "status",
  "verdict",
  "auth",
  "handling",
  "upstreamSeconds",
] as const;

/**
 * Options of the volume. Bounded: where nobody reads, nginx goes on without writing. Others than nginx may only use what
 * they know the name of.
 */
export const TALLY_VOLUME = {
  type: "tmpfs",
  device: "tmpfs",
  o: "size=16m,uid=10001,gid=10001,mode=0711,nosuid,nodev,noexec",
} as const;
