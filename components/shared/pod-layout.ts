/**
 * Who is who inside the pod: the users its processes run as and the ports they listen on. The firewall, the images and
 * the gateway's configuration all take them from here.
 */
export const UID = { pod: 10000, gateway: 10001, comfyui: 10002, authorizer: 10003, models: 10005 } as const;

/**
 * TCP ports in the pod's network namespace; only the gateway's, for everybody, and `metrics`, for the host, listen on
 * other addresses than loopback. The gateway has a port of its own for IPv6: of one port that is published twice, Docker
 * reports the addresses in another order than it was given, and the provider takes that for a change each time.
 */
export const PORT = {
  gateway: 8443,
  gatewayIpv6: 8444,
  comfyui: 8188,
  authorizer: 8190,
  metrics: 9145,
} as const;
