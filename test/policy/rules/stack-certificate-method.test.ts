import type { Resource } from "../../../policies/core/resource";
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
    ...[
      "certbot certonly -adns-route53 -d x",
      "certbot certonly --authenticator=dns-route53 -d x",
      "certbot certonly --authenticator  dns-route53 -d x",
      "certbot -d x certonly --preferred-challenges dns-01",
      "certbot certonly --manual -d x",
      "echo of certbot; grep standalone /x",
    ].map((line): [string, Resource] => [line, runs(line)]),
    ["what another line says", runs("certbot renew\ncat --standalone")],
    ["what asks for none", runs("certbot renew")],
  ],
  refuses: [
    ...[
      "certbot certonly -a webroot -w /x",
      "certbot certonly -astandalone",
      "certbot -d x -i  nginx",
      "certbot certonly --installer=apache",
      "certbot certonly --authenticator standalone",
      "certbot certonly --preferred-challenges=tls-alpn-01,http-01",
      "certbot --apache",
      "lego --email a@b --http run",
      "acme.sh --issue -w /x",
      "acme.sh --issue --nginx",
    ].map((line): [string, Resource[], string] => [line, [runs(line), opens(443)], shut("create")]),
    ["lego by TLS", [runs("lego -d x --tls run"), opens(22)], shut("create", "TLS-ALPN-01", 443)],
    [
      "port 80 that is only a way out",
      [
        runs("certbot --nginx"),
        resource(
          "aws:ec2/securityGroup:SecurityGroup",
          {
            egress: [{ protocol: "tcp", fromPort: 80, toPort: 80 }],
          },
          "sg",
        ),
      ],
      shut("create"),
    ],
    [
      "port 80 that only a component speaks of",
      [runs("certbot --nginx"), resource("comfy:index:Pod", { ports: [{ external: 80 }] }, "pod")],
      shut("create"),
    ],
    [
      "a name, before the command says what of it",
      runs("certbot -d x run"),
      'it: create is "certbot without a way to prove the name"; wanted DNS-01.',
    ],
    [
      "a file that is called like a way",
      runs("certbot certonly -d x--dns-route53"),
      'it: create is "certbot without a way to prove the name"; wanted DNS-01.',
    ],
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
    [
      "a published port",
      [
        runs("certbot --nginx"),
        resource("docker:index/container:Container", { ports: [{ external: UNKNOWN }] }, "c"),
      ],
      "it: create",
    ],
    [
      "the group's rules",
      [runs("certbot --nginx"), resource("aws:ec2/securityGroup:SecurityGroup", { ingress: UNKNOWN }, "sg")],
      "it: create",
    ],
    ["the command", runs(UNKNOWN), "it: create"],
  ],
});
