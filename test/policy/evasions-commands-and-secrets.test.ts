import { describe, expect, it as test } from "vitest";
import type { Resource } from "../../policies/core/resource";
import { UNKNOWN } from "../../policies/core/value";
import { resource as it, look } from "../support/policy";

/** A resource of a source that tells what it encrypts, and encrypts nothing. */
const plain = (...args: Parameters<typeof it>): Resource => ({ ...it(...args), secretPaths: [] });

type Evasion = readonly [rule: string, how: string, resources: Resource[], messages: string[]];

/** Each went past the rules once. */
const EVASIONS: Evasion[] = [
  [
    "resource-no-secret",
    "tags PEM",
    [it("aws:ec2/instance:Instance", { tags: { note: "-----BEGIN PRIVATE KEY-----\nMIG" } })],
    ['it: tags.note is "(a private key)"; wanted no secret.'],
  ],
  [
    "resource-no-secret",
    "tags PEM",
    [it("aws:ec2/instance:Instance", { tags: { note: "-----BEGIN EC PRIVATE KEY-----\nMIG" } })],
    ['it: tags.note is "(a private key)"; wanted no secret.'],
  ],
  [
    "resource-no-secret",
    "ssm parameter String with token",
    [it("aws:ssm/parameter:Parameter", { type: "String", value: "hf_abcdefghijklmnopqrstuvwxyz012345" })],
    ['it: value is "(a Hugging Face token)"; wanted no secret.'],
  ],
  [
    "resource-no-secret",
    "lambda env",
    [it("aws:lambda/function:Function", { environment: { variables: { API_KEY: "hunter22hunter" } } })],
    ['it: environment.variables.API_KEY is "(a value for API_KEY)"; wanted no secret.'],
  ],
  [
    "resource-no-secret",
    "tags with a secret value",
    [{ ...it("aws:ec2/instance:Instance", { tags: { owner: "hunter" } }), secretPaths: ["tags.owner"] }],
    ["it: tags.owner is (secret); wanted no secret."],
  ],
  [
    "container-no-secret",
    "a secret variable that the export holds encrypted",
    [
      {
        ...it("docker:index/container:Container", { envs: ["MODE=fast", UNKNOWN] }),
        secretPaths: ["envs[1]"],
      },
    ],
    ["it: envs[1] is (secret); wanted no secret."],
  ],
  [
    "secret-not-plain",
    "ssm SecureString plain",
    [plain("aws:ssm/parameter:Parameter", { type: "SecureString", value: "hunter22" })],
    ['it: value is "(a plain value)"; wanted a secret.'],
  ],
  [
    "secret-not-plain",
    "secret version plain",
    [plain("aws:secretsmanager/secretVersion:SecretVersion", { secretString: "hunter22" })],
    ['it: secretString is "(a plain value)"; wanted a secret.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run -d -p 0.0.0.0:8188:8188 x",
    [it("command:local:Command", { create: "docker run -d -p 0.0.0.0:8188:8188 x" })],
    ['it: create is "-p 0"; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --publish=8188:8188 x",
    [it("command:local:Command", { create: "docker run --publish=8188:8188 x" })],
    ['it: create is "--publish="; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run -dp 8188:8188 x",
    [it("command:local:Command", { create: "docker run -dp 8188:8188 x" })],
    ['it: create is "-dp 8"; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run -P x",
    [it("command:local:Command", { create: "docker run -P x" })],
    ['it: create is "-P"; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --privileged x",
    [it("command:local:Command", { create: "docker run --privileged x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --privileged=true x",
    [it("command:local:Command", { create: "docker run --privileged=true x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run -v /var/run/docker.sock:/var/run/docker.sock x",
    [it("command:local:Command", { create: "docker run -v /var/run/docker.sock:/var/run/docker.sock x" })],
    ['it: create is "-v /var/run/docker.sock:"; wanted no folder of the host.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --volume=/:/host x",
    [it("command:local:Command", { create: "docker run --volume=/:/host x" })],
    ['it: create is "--volume=/:"; wanted no folder of the host.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --mount type=bind,source=/etc,target=/x x",
    [it("command:local:Command", { create: "docker run --mount type=bind,source=/etc,target=/x x" })],
    ['it: create is "--mount type=bind,source=/etc"; wanted no folder of the host.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --net=host x",
    [it("command:local:Command", { create: "docker run --net=host x" })],
    ['it: create is "--net=host"; wanted namespaces of its own.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --network host x",
    [it("command:local:Command", { create: "docker run --network host x" })],
    ['it: create is "--network host"; wanted namespaces of its own.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --pid=host x",
    [it("command:local:Command", { create: "docker run --pid=host x" })],
    ['it: create is "--pid=host"; wanted namespaces of its own.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --cap-add=ALL x",
    [it("command:local:Command", { create: "docker run --cap-add=ALL x" })],
    ['it: create is "--cap-add=ALL"; wanted no added capability.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --cap-add SYS_ADMIN x",
    [it("command:local:Command", { create: "docker run --cap-add SYS_ADMIN x" })],
    ['it: create is "--cap-add SYS_ADMIN"; wanted no added capability.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --security-opt seccomp=unconfined x",
    [it("command:local:Command", { create: "docker run --security-opt seccomp=unconfined x" })],
    ['it: create is "--security-opt seccomp=unconfined"; wanted the engine\'s confinement.'],
  ],
  [
    "command-no-unjudged-container",
    "docker container run --privileged x",
    [it("command:local:Command", { create: "docker container run --privileged x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "docker -H tcp://h run --privileged x",
    [it("command:local:Command", { create: "docker -H tcp://h run --privileged x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "sudo docker run --privileged x",
    [it("command:local:Command", { create: "sudo docker run --privileged x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "podman run --privileged x",
    [it("command:local:Command", { create: "podman run --privileged x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "nerdctl run -p 8188:8188 x",
    [it("command:local:Command", { create: "nerdctl run -p 8188:8188 x" })],
    ['it: create is "-p 8"; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-unjudged-container",
    "docker compose up -d",
    [it("command:local:Command", { create: "docker compose up -d" })],
    ['it: create is "docker compose up"; wanted a docker.Container, which can be looked at.'],
  ],
  [
    "command-no-unjudged-container",
    "docker-compose up",
    [it("command:local:Command", { create: "docker-compose up" })],
    ['it: create is "docker-compose up"; wanted a docker.Container, which can be looked at.'],
  ],
  [
    "command-no-unjudged-container",
    "docker stack deploy -c x y",
    [it("command:local:Command", { create: "docker stack deploy -c x y" })],
    ['it: create is "docker stack deploy"; wanted a docker.Container, which can be looked at.'],
  ],
  [
    "command-no-unjudged-container",
    "docker service create x",
    [it("command:local:Command", { create: "docker service create x" })],
    ['it: create is "docker service create"; wanted a docker.Container, which can be looked at.'],
  ],
  [
    "command-no-unjudged-container",
    "docker exec --privileged c sh",
    [it("command:local:Command", { create: "docker exec --privileged c sh" })],
    ['it: create is "docker exec --privileged c sh"; wanted docker exec as the container\'s own user.'],
  ],
  [
    "command-no-unjudged-container",
    "docker exec -u 0 c sh",
    [it("command:local:Command", { create: "docker exec -u 0 c sh" })],
    ['it: create is "docker exec -u 0 c sh"; wanted docker exec as the container\'s own user.'],
  ],
  [
    "command-no-unjudged-container",
    "docker exec -u root c sh",
    [it("command:local:Command", { create: "docker exec -u root c sh" })],
    ['it: create is "docker exec -u root c sh"; wanted docker exec as the container\'s own user.'],
  ],
  [
    "command-no-unjudged-container",
    "docker exec --user=0:0 c sh",
    [it("command:local:Command", { create: "docker exec --user=0:0 c sh" })],
    ['it: create is "docker exec --user=0:0 c sh"; wanted docker exec as the container\'s own user.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --device /dev/sda x",
    [it("command:local:Command", { create: "docker run --device /dev/sda x" })],
    ['it: create is "--device"; wanted no device, group or volume of another.'],
  ],
  [
    "command-no-unjudged-container",
    "docker create -p 8188:8188 x",
    [it("command:local:Command", { create: "docker create -p 8188:8188 x" })],
    ['it: create is "-p 8"; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-unjudged-container",
    "curl --unix-socket /var/run/docker.sock http://x/containers/create",
    [
      it("command:local:Command", {
        create: "curl --unix-socket /var/run/docker.sock http://x/containers/create",
      }),
    ],
    [
      'it: create is "--unix-socket /var/run/docker.sock"; wanted a docker.Container, which can be looked at.',
    ],
  ],
  [
    "command-no-unjudged-container",
    "docker run --userns=host x",
    [it("command:local:Command", { create: "docker run --userns=host x" })],
    ['it: create is "--userns=host"; wanted namespaces of its own.'],
  ],
  [
    "command-no-unjudged-container",
    "docker run --ipc host x",
    [it("command:local:Command", { create: "docker run --ipc host x" })],
    ['it: create is "--ipc host"; wanted namespaces of its own.'],
  ],
  [
    "command-no-unjudged-container",
    "dockerd -H tcp://0.0.0.0:2375",
    [it("command:local:Command", { create: "dockerd -H tcp://0.0.0.0:2375" })],
    ['it: create is "dockerd -H tcp:"; wanted a docker.Container, which can be looked at.'],
  ],
  ...[
    "printf '\\x64ocker run --privileged x' | sh",
    "$'\\144ocker' run --privileged x",
    "D=docker; $D run --privileged x",
    "OPTS='--rm --privileged'; docker run $OPTS x",
    "docker run '--privileged' x",
    'python3 -c \'import subprocess; subprocess.run(["docker", "run", "--privileged", "x"])\'',
  ].map(
    (create): Evasion => [
      "command-no-unjudged-container",
      create,
      [it("command:local:Command", { create })],
      ['it: create is "--privileged"; wanted no privileged container.'],
    ],
  ),
  [
    "command-no-unjudged-container",
    "a list of words in user data",
    [
      it("aws:ec2/instance:Instance", {
        userData: "#cloud-config\nruncmd:\n- [docker, run, --privileged, x]",
      }),
    ],
    ['it: userData is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "a list of lines in user data",
    [
      it("aws:ec2/instance:Instance", {
        userData: "#cloud-config\nruncmd:\n- - docker\n  - run\n  - --privileged\n  - x\n",
      }),
    ],
    ['it: userData is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "an option in the command's environment",
    [it("command:local:Command", { create: "docker run $O x", environment: { O: "--net=host" } })],
    ['it: create is "--net=host"; wanted namespaces of its own.'],
  ],
  [
    "command-no-open-way",
    "a script that is copied to the machine",
    [
      it("command:remote:CopyToRemote", {
        source: { text: "#!/bin/sh\nngrok http 8188" },
        remotePath: "/x.sh",
      }),
    ],
    ['it: source.text is "a tunnel"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "a script that a container is given",
    [
      it("docker:index/container:Container", {
        command: ["sh", "/x.sh"],
        uploads: [{ file: "/x.sh", content: "cloudflared tunnel run" }],
      }),
    ],
    ['it: uploads[0].content is "a tunnel"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "a health check that listens",
    [it("docker:index/container:Container", { healthcheck: { tests: ["CMD", "nc", "-lk", "8188"] } })],
    ['it: healthcheck.tests is "a forwarder"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "ufw disable",
    [it("command:local:Command", { create: "ufw disable" })],
    ['it: create is "a firewall that is turned off"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "iptables -F",
    [it("command:local:Command", { create: "iptables -F" })],
    ['it: create is "a firewall that is turned off"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "nft flush ruleset",
    [it("command:local:Command", { create: "nft flush ruleset" })],
    ['it: create is "a firewall that is turned off"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "socat TCP-LISTEN:8188,fork TCP:127.0.0.1:8188",
    [it("command:local:Command", { create: "socat TCP-LISTEN:8188,fork TCP:127.0.0.1:8188" })],
    ['it: create is "a forwarder"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "ssh -R 0.0.0.0:8188:localhost:8188 x",
    [it("command:local:Command", { create: "ssh -R 0.0.0.0:8188:localhost:8188 x" })],
    ['it: create is "a tunnel over SSH"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "cloudflared tunnel --url http://localhost:8188",
    [it("command:local:Command", { create: "cloudflared tunnel --url http://localhost:8188" })],
    ['it: create is "a tunnel"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "ngrok http 8188",
    [it("command:local:Command", { create: "ngrok http 8188" })],
    ['it: create is "a tunnel"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "python main.py --listen 0.0.0.0",
    [it("command:local:Command", { create: "python main.py --listen 0.0.0.0" })],
    ['it: create is "ComfyUI on every interface"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-unjudged-container",
    "DOCKER_HOST=tcp://x docker run --privileged x",
    [it("command:local:Command", { create: "DOCKER_HOST=tcp://x docker run --privileged x" })],
    ['it: create is "--privileged"; wanted no privileged container.'],
  ],
  [
    "command-no-unjudged-container",
    "in user data",
    [it("aws:ec2/instance:Instance", { userData: "#!/bin/sh\ndocker run -d -p 8188:8188 comfyui" })],
    ['it: userData is "-p 8"; wanted no published port but the stack\'s.'],
  ],
  [
    "command-no-piped-download",
    "python urllib",
    [
      it("command:local:Command", {
        create: "python3 -c \"import urllib.request as u; exec(u.urlopen('http://x').read())\"",
      }),
    ],
    [
      'it: create is "python3 -c \\"import urllib.request as u; exec(u.urlopen(http://x).read())\\""; wanted a download that is checked before it runs.',
    ],
  ],
  [
    "command-no-piped-download",
    "newline",
    [it("command:local:Command", { create: "curl -fsSLo /tmp/a.sh http://x\nbash /tmp/a.sh" })],
    [
      'it: create is "curl -fsSLo /tmp/a.sh http://x\\nbash /tmp/a.sh"; wanted a download that is checked before it runs.',
    ],
  ],
  [
    "command-no-piped-download",
    "user data",
    [it("aws:ec2/instance:Instance", { userData: "#!/bin/sh\ncurl x | sh" })],
    ['it: userData is "curl x | sh"; wanted a download that is checked before it runs.'],
  ],
  [
    "command-no-secret",
    "base64 arg",
    [it("command:local:Command", { create: "echo cGFzc3dvcmQ6IGh1bnRlcjIy | base64 -d" })],
    ['it: create is "(a value for password, in base64)"; wanted no secret.'],
  ],
  [
    "command-no-secret",
    "triggers",
    [it("command:local:Command", { create: "true", triggers: ["hf_abcdefghijklmnopqrstuvwxyz012345"] })],
    ['it: triggers[0] is "(a Hugging Face token)"; wanted no secret.'],
  ],
  [
    "tls-certificate-uses",
    "isCa true to get 10 years with server_auth",
    [
      it("tls:index/locallySignedCert:LocallySignedCert", {
        isCaCertificate: true,
        validityPeriodHours: 87600,
        allowedUses: ["server_auth"],
      }),
    ],
    ['it: allowedUses is ["server_auth"]; wanted cert_signing and crl_signing alone for a CA.'],
  ],
  [
    "tls-strong-keys",
    "acm import?",
    [it("aws:acm/certificate:Certificate", { keyAlgorithm: "RSA_1024" })],
    [
      'it: keyAlgorithm is "RSA_1024"; wanted EC_prime256v1, EC_secp384r1, EC_secp521r1, RSA_3072 or RSA_4096.',
    ],
  ],
  [
    "tls-strong-keys",
    "keypair aws",
    [it("aws:ec2/keyPair:KeyPair", { publicKey: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== x" })],
    [
      'it: publicKey is "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== x"; wanted an Ed25519 or ECDSA key, or RSA of 3072 bits or more.',
    ],
  ],
  [
    "tls-strong-keys",
    "dsa keypair",
    [it("aws:ec2/keyPair:KeyPair", { publicKey: "ssh-dss AAAAB3 x" })],
    ['it: publicKey is "ssh-dss AAAAB3 x"; wanted an Ed25519 or ECDSA key, or RSA of 3072 bits or more.'],
  ],
  [
    "random-no-guessable-secret",
    "RandomString for key 8",
    [it("random:index/randomString:RandomString", { length: 8 }, "clientKey")],
    ['clientKey is "RandomString"; wanted RandomPassword or RandomBytes for a secret.'],
  ],
  [
    "random-no-guessable-secret",
    "RandomId as a secret",
    [it("random:index/randomId:RandomId", { byteLength: 32 }, "api-key")],
    ['api-key is "RandomId"; wanted RandomPassword or RandomBytes for a secret.'],
  ],
  [
    "resource-no-secret",
    "keepers with secret",
    [
      it("random:index/randomPassword:RandomPassword", {
        length: 32,
        keepers: { token: "hf_abcdefghijklmnopqrstuvwxyz012345" },
      }),
    ],
    ['it: keepers.token is "(a value for token)"; wanted no secret.'],
  ],
  [
    "random-no-guessable-secret",
    "RandomInteger pin",
    [it("random:index/randomInteger:RandomInteger", { min: 1, max: 9 }, "pin")],
    ['pin is "RandomInteger"; wanted RandomPassword or RandomBytes for a secret.'],
  ],
  [
    "command-no-open-way",
    "a tunnel in a health check",
    [
      it("docker:index/container:Container", {
        healthcheck: { tests: ["CMD", "ssh", "-fN", "-R", "80:127.0.0.1:8188", "tunnel.example.com"] },
      }),
    ],
    ['it: healthcheck.tests is "a tunnel over SSH"; wanted the gateway as the only way in.'],
  ],
  [
    "command-no-open-way",
    "a forwarder in a file that is put into a container",
    [
      it("docker:index/container:Container", {
        uploads: [{ file: "/start.sh", content: "#!/bin/sh\nsocat TCP-LISTEN:9000,fork TCP:127.0.0.1:8188" }],
      }),
    ],
    ['it: uploads[0].content is "a forwarder"; wanted the gateway as the only way in.'],
  ],
  [
    "stack-gateway-configuration",
    "upload with TLSv1",
    [
      it("docker:index/container:Container", {
        uploads: [
          {
            file: "/etc/nginx/nginx.conf",
            content:
              "server { listen 443 ssl; ssl_protocols TLSv1; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
          },
        ],
      }),
    ],
    ['it: uploads[0].content is "ssl_protocols TLSv1"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
  ],
  [
    "stack-gateway-configuration",
    "upload base64",
    [
      it("docker:index/container:Container", {
        uploads: [
          {
            file: "/etc/nginx/nginx.conf",
            contentBase64:
              "c2VydmVyIHsgbGlzdGVuIDQ0MyBzc2w7IHNzbF9wcm90b2NvbHMgVExTdjE7IGNsaWVudF9tYXhfYm9keV9zaXplIDFtOyBsb2NhdGlvbiA9IC9wcm9tcHQgeyBsaW1pdF9yZXEgem9uZT1hOyBwcm94eV9wYXNzIGh0dHA6Ly9jOyB9IH0=",
          },
        ],
      }),
    ],
    ['it: uploads[0].contentBase64 is "ssl_protocols TLSv1"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
  ],
  [
    "stack-gateway-configuration",
    "create heredoc",
    [
      it("command:local:Command", {
        create:
          "cat > /etc/nginx/nginx.conf <<E\nserver { listen 443 ssl; ssl_protocols SSLv3; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }\nE",
      }),
    ],
    ['it: create is "ssl_protocols SSLv3"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
  ],
  [
    "stack-gateway-configuration",
    "stdin base64",
    [
      it("command:local:Command", {
        stdin:
          "c2VydmVyIHsgbGlzdGVuIDQ0MyBzc2w7IHNzbF9wcm90b2NvbHMgVExTdjE7IGNsaWVudF9tYXhfYm9keV9zaXplIDFtOyBsb2NhdGlvbiA9IC9wcm9tcHQgeyBsaW1pdF9yZXEgem9uZT1hOyBwcm94eV9wYXNzIGh0dHA6Ly9jOyB9IH0=",
      }),
    ],
    ['it: stdin is "ssl_protocols TLSv1"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
  ],
  [
    "stack-gateway-configuration",
    "user data conf",
    [
      it("aws:ec2/instance:Instance", {
        userData:
          "server { listen 443 ssl; ssl_protocols TLSv1.1; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    ],
    ['it: userData is "ssl_protocols TLSv1.1"; wanted ssl_protocols TLSv1.2 TLSv1.3.'],
  ],
  [
    "stack-gateway-configuration",
    "trailing comment",
    [
      it("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3; client_max_body_size 1m; location = /prompt { # limit_req zone=a;\n auth_request off; proxy_pass http://c; } }",
      }),
    ],
    ['it: stdin is "no limit_req and no auth_request"; wanted one of them in front of /prompt.'],
  ],
  [
    "stack-gateway-configuration",
    "limit elsewhere only",
    [
      it("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.3; client_max_body_size 1m; location = /other { limit_req zone=a; } location / { proxy_pass http://c; } }",
      }),
    ],
    ['it: stdin is "no limit_req and no auth_request"; wanted one of them in front of /prompt.'],
  ],
  [
    "stack-gateway-configuration",
    "body size one place 0",
    [
      it("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.3; client_max_body_size 1m; location = /prompt { client_max_body_size 0; limit_req zone=a; proxy_pass http://c; } }",
      }),
    ],
    ['it: stdin is "no client_max_body_size above 0"; wanted a bound for bodies.'],
  ],
  [
    "stack-gateway-configuration",
    "limit dry run",
    [
      it("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.3; client_max_body_size 1m; limit_req_dry_run on; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    ],
    ['it: stdin is "no limit_req and no auth_request"; wanted one of them in front of /prompt.'],
  ],
  [
    "stack-gateway-configuration",
    "ciphers aNULL",
    [
      it("command:local:Command", {
        stdin:
          "server { listen 443 ssl; ssl_protocols TLSv1.2; ssl_ciphers ALL:aNULL; client_max_body_size 1m; location = /prompt { limit_req zone=a; proxy_pass http://c; } }",
      }),
    ],
    ['it: stdin is "ssl_ciphers ALL:aNULL"; wanted ciphers that authenticate and encrypt.'],
  ],
];

describe("evasions: commands and secrets", () => {
  test.each(EVASIONS)("%s catches: %s", (rule, _, resources, messages) => {
    expect(look(rule, ...resources).violations).toEqual(messages);
  });
});
