import type { ResourceRule } from "../core/rule";
import { stringsAt } from "../facts/docker";

const MODERN = /^\s*(TLSv1\.2|TLSv1\.3)(\s+(TLSv1\.2|TLSv1\.3))*\s*$/;

const rule: ResourceRule = {
  description:
    "The nginx configuration that a command hands over speaks TLS 1.2 or later, and bounds /prompt and every body.",
  why: "Old TLS is read on the way; without a bound one client fills the queue, and the disk.",
  fix: "set ssl_protocols TLSv1.2 TLSv1.3, limit_req or auth_request for /prompt, and client_max_body_size.",
  severity: "critical",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "12.1.1" }],
  types: ["command:local:Command", "command:remote:Command"],
  checkResource(resource, report) {
    for (const { path, text } of stringsAt(resource, "stdin", report)) {
      const conf = text.replace(/^\s*#.*$/gm, "");
      if (!/\bserver\s*\{/.test(conf) || !/\bproxy_pass\b/.test(conf)) {
        continue;
      }
      const refuse = (found: string | undefined, wanted: string) =>
        report.violation({ resource, path, found, wanted });
      const protocols = [...conf.matchAll(/\bssl_protocols\s+([^;]*);/g)].map(([, list = ""]) => list);
      if (protocols.length === 0 || !protocols.every((list) => MODERN.test(list))) {
        refuse(
          protocols.length === 0 ? "no ssl_protocols" : `ssl_protocols ${protocols.join("; ")}`,
          "ssl_protocols TLSv1.2 TLSv1.3",
        );
      }
      if (!/\b(limit_req\s+zone=|auth_request\s+(?!off\b)\/)/.test(conf)) {
        refuse("no limit_req and no auth_request", "one of them in front of /prompt");
      }
      if (!/\bclient_max_body_size\s+(?!0\w?;)\d/.test(conf)) {
        refuse("no client_max_body_size above 0", "a bound for bodies");
      }
    }
  },
};
export default rule;
