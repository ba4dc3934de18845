import { STATUS_PATH, STATUS_SOCKET, TALLY_FIELDS, TALLY_LOG } from "../../tally";

const VALUES: Record<(typeof TALLY_FIELDS)[number], string> = {
  method: "$audit_method",
  route: "$tally_route",
  status: "$audit_status",
  verdict: "$audit_verdict",
  auth: "$tally_auth",
  handling: "$tally_handling",
  upstreamSeconds: "$upstream_response_time",
};

export const TALLY = `# For the metrics. Every value is nginx's own or the authorizer's but the method, which is letters.
map $route $tally_route {
  default $route;
  "" "-";
}
map $verdict_auth $tally_auth {
  default $verdict_auth;
  "" "-";
}
map $handled_by $tally_handling {
  default direct;
  authorizer authorizer;
  comfyui inspected;
}
log_format tally '${TALLY_FIELDS.map((field) => VALUES[field]).join(" ")}';
access_log ${TALLY_LOG} tally buffer=16k flush=1s;`;

/**
 * @param certificate absolute path of the served certificate
 * @param isIssued whether the certificate component brings it, and its metrics with it
 */
export function statusServer(certificate: string, isIssued: boolean): string {
  const issuance = `
  location = ${STATUS_PATH.issuance} {
    alias /run/certificate/metrics.prom;
  }`;
  return `server {
  listen unix:${STATUS_SOCKET};
  access_log off;
  default_type text/plain;
  log_not_found off;
  location = ${STATUS_PATH.connections} {
    stub_status;
  }
  location = ${STATUS_PATH.certificate} {
    alias ${certificate};
  }${isIssued ? issuance : ""}
  location / {
    return 444;
  }
}`;
}
