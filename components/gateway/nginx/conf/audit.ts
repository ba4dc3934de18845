import { VERDICT } from "../../handover";
import { NGINX_ERRORS } from "./errors";
import { variable } from "./text";

export const AUDIT = `# One JSON line a request: no query string, no header of a client, no path beyond the route's id.
map $request $audit_method {
  default "-";
  "~^(?<audit_request_method>[A-Z]{1,20}) " $audit_request_method;
}
map $status $audit_status {
  default 0;
  "~^[1-9]" $status;
}
# What the authorizer says while it handles a request counts after the verdict; ComfyUI's headers never do.
map $handled_by $handling_code {
  default "";
  authorizer $upstream_http_${variable(VERDICT.code)};
}
map $handling_code $decided_code {
  default $handling_code;
  "" $verdict_code;
}
map $status $undecided_code {
  default refused;
${Object.entries(NGINX_ERRORS)
  .map(([status, { code }]) => `  ${status} ${code};`)
  .join("\n")}
}
map $decided_code $audit_verdict {
  default $decided_code;
  "" $undecided_code;
}
log_format audit escape=json '{"time":"$time_iso8601","client":"$verdict_client","method":"$audit_method",'
  '"route":"$route","status":$audit_status,"verdict":"$audit_verdict","auth":"$verdict_auth",'
  '"bytes":$bytes_sent,"duration":$request_time,"address":"$remote_addr"}';
# A system call for some twenty lines under load, and none waits for longer than 20 ms. No buffer is larger than what
# a pipe takes in one piece: lines of two workers would mix.
access_log /dev/stdout audit buffer=4k flush=20ms;`;
