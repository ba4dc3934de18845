import { UNKNOWN, type Value } from "../../../policies/core/value";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const provider = (props: Record<string, Value>) => resource("pulumi:providers:docker", props);
const registry = (props: Record<string, Value>) =>
  resource("docker:index/registryImage:RegistryImage", props);
const MATERIAL = { caMaterial: "ca", certMaterial: "certificate", keyMaterial: "key" };
const ENGINE = "a local socket, ssh:// or TLS with certificates of both sides";
const REGISTRY = "a registry over TLS";
const sshOpts = (...options: string[]) => provider({ host: "ssh://me@h", sshOpts: JSON.stringify(options) });

describeRule("docker-engine-authenticated", {
  passes: [
    ["the engine of this machine", provider({})],
    ["its socket", provider({ host: "unix:///var/run/docker.sock" })],
    ["its pipe", provider({ host: "npipe:////./pipe/docker_engine" })],
    ["SSH", provider({ host: "ssh://me@203.0.113.7" })],
    ["SSH with options", sshOpts("-F", "ssh/config", "-o", "StrictHostKeyChecking=yes")],
    ["a folder of certificates", provider({ host: "tcp://h:2376", certPath: "/certs" })],
    ["certificates", provider({ host: "tcp://h:1234", ...MATERIAL })],
    ["certificates that are not known yet", provider({ host: "tcp://h:1234", certPath: UNKNOWN })],
    ["a forwarded port", provider({ host: "tcp://localhost:2375" })],
    ["a forwarded port of IPv4", provider({ host: "tcp://127.0.0.1:2375" })],
    ["a forwarded port of IPv6", provider({ host: "tcp://[::1]:2375" })],
    // The environment may name them, which no setting shows.
    ["the port for TLS", provider({ host: "tcp://docker:2376" })],
    ["a registry", provider({ registryAuth: JSON.stringify([{ address: "registry.example.com" }]) })],
    ["a registry of this machine", provider({ registryAuth: '[{"address":"http://localhost:5000"}]' })],
    ["a push", registry({ name: "registry.example.com/a", insecureSkipVerify: false })],
  ],
  refuses: [
    [
      "an engine in the clear",
      provider({ host: "tcp://203.0.113.7:2375" }),
      `it: host is "tcp://203.0.113.7:2375"; wanted ${ENGINE}.`,
    ],
    ["one without a port", provider({ host: "tcp://h" }), `it: host is "tcp://h"; wanted ${ENGINE}.`],
    ["one by HTTP", provider({ host: "HTTP://h:2376" }), `it: host is "HTTP://h:2376"; wanted ${ENGINE}.`],
    [
      "one that only begins like this machine",
      provider({ host: "tcp://localhost.example.com:2375" }),
      `it: host is "tcp://localhost.example.com:2375"; wanted ${ENGINE}.`,
    ],
    ...["caMaterial", "certMaterial", "keyMaterial"].map(
      (key): [string, ReturnType<typeof provider>, string] => [
        `one without ${key}`,
        provider({ host: "tcp://h:1234", ...MATERIAL, [key]: "" }),
        `it: host is "tcp://h:1234"; wanted ${ENGINE}.`,
      ],
    ),
    ...["-oStrictHostKeyChecking=no", "stricthostkeychecking off", "UserKnownHostsFile=/dev/null"].map(
      (option): [string, ReturnType<typeof provider>, string] => [
        `any host key: ${option}`,
        sshOpts("-o", option),
        `it: sshOpts[1] is "${option}"; wanted a host key that is known.`,
      ],
    ),
    [
      "a registry in the clear",
      provider({ registryAuth: '[{"address":"h"},{"address":"http://h"}]' }),
      `it: registryAuth[1].address is "http://h"; wanted ${REGISTRY}.`,
    ],
    [
      "a push in the clear",
      registry({ authConfig: { address: "http://h" } }),
      `it: authConfig.address is "http://h"; wanted ${REGISTRY}.`,
    ],
    [
      "a push to whoever answers",
      registry({ insecureSkipVerify: "true" }),
      `it: insecureSkipVerify is "true"; wanted ${REGISTRY}.`,
    ],
  ],
  unknown: [
    ["the host", provider({ host: UNKNOWN }), "it: host"],
    ["options", provider({ sshOpts: UNKNOWN }), "it: sshOpts"],
    ["a registry", provider({ registryAuth: UNKNOWN }), "it: registryAuth"],
    ["whether a push verifies", registry({ insecureSkipVerify: UNKNOWN }), "it: insecureSkipVerify"],
  ],
});
