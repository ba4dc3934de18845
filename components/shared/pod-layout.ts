/**
 * Who is who inside the pod: the users its processes run as and the ports they listen on. The firewall, the images and
 * the gateway's configuration all take them from here.
 */
export const UID = { pod: 10000, gateway: 10001, comfyui: 10002, authorizer: 10003, models: 10005 } as const;

/** TCP ports in the pod's network namespace; only `gateway` listens on other addresses than loopback. */
export const PORT = { gateway: 8443, comfyui: 8188, authorizer: 8190 } as const;
