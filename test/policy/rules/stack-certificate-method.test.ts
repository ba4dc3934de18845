import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const runs = (create: Value) => resource("command:local:Command", { create });
const container = (props: Record<string, Value>) => resource("docker:index/container:Container", props);
const opens = (port: Value) =>
  resource(
    "aws:ec2/securityGroup:SecurityGroup",
    { ingress: [{ protocol: "tcp", fromPort: port, toPort: port }] },
    "sg",
  );
const shut = (path: string, method = "HTTP-01", port = 80) =>
  `it: ${path} is "${method}, with port ${port} shut"; wanted DNS-01.`;

describeRule("stack-certificate-method", {
  passes: [
    ["DNS-01", runs("certbot certonly --dns-route53 -d x.example")],
    ["HTTP-01 where port 80 is open", [runs("certbot certonly --standalone"), opens(80)]],
    [
      "HTTP-01 where a container publishes 80",
      [runs("certbot --nginx"), container({ ports: [{ external: "80" }] })],
    ],
    ["TLS-ALPN-01 where 443 is open", [runs("lego --tls run"), opens(443)]],
    ["what asks for none", runs("certbot renew")],
  ],
  refuses: [
    ["standalone", [runs("certbot certonly --standalone -d x"), opens(443)], shut("create")],
    ["over several lines", [runs("certbot certonly \\\n  --webroot -w /x"), opens(443)], shut("create")],
    [
      "a container's words",
      [container({ command: ["certbot", "certonly", "--preferred-challenges", "http"] })],
      shut("command"),
    ],
    [
      "acme.sh in user data",
      [instance({ userData: "acme.sh --issue --standalone" }), opens(443)],
      shut("userData"),
    ],
    ["the environment", [container({ envs: ["RUN=certbot certonly -a webroot"] })], shut("envs[0]")],
    [
      "TLS-ALPN-01 without 443",
      [runs("acme.sh --issue --alpn"), opens(22)],
      shut("create", "TLS-ALPN-01", 443),
    ],
    [
      "no way at all",
      runs("certbot certonly -d x"),
      'it: create is "certbot without a way to prove the name"; wanted DNS-01.',
    ],
  ],
  unknown: [
    ["the ports", [runs("certbot certonly --standalone"), opens(UNKNOWN)], "it: create"],
    [
      "the published ports",
      [
        runs("certbot certonly --standalone"),
        resource("docker:index/container:Container", { ports: UNKNOWN }, "c"),
      ],
      "it: create",
    ],
    ["the command", runs(UNKNOWN), "it: create"],
  ],
});
