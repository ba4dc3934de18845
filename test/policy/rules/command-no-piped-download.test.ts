import { UNKNOWN, type Value } from "../../../policies/core/value";
import { instance } from "../../support/machines";
import { resource } from "../../support/policy";
import { describeRule } from "../../support/rule-table";

const runs = (create: Value) => resource("command:local:Command", { create });
const passes = (line: string): [string, ReturnType<typeof runs>] => [line, runs(line)];
const found = (text: string, path = "create") =>
  `it: ${path} is ${JSON.stringify(text)}; wanted a download that is checked before it runs.`;
const refused = (line: string, seen = line): [string, ReturnType<typeof runs>, string] => [
  line,
  runs(line),
  found(seen),
];

describeRule("command-no-piped-download", {
  passes: [
    passes("curl -fsS -o x https://x.invalid && sha256sum -c sums"),
    passes("curl -s https://x.invalid | jq . ; sh install"),
    passes("curl -s https://x.invalid | python3 -m json.tool"),
    passes("curl -s https://x.invalid | python3 -c 'import json, sys; print(json.load(sys.stdin))'"),
    passes("curl -s https://x.invalid | perl -ne print"),
    passes("cat install | sh"),
    passes("curl x | gpg --dearmor -o /etc/apt/keyrings/x.gpg; chmod a+r /etc/apt/keyrings/x.gpg"),
    passes("curl -o /etc/x.conf x && chmod -v 0644 /etc/x.conf"),
    passes("curl -o x.conf x && install -m 644 x.conf /etc"),
    passes("curl x | ssh host wc -l"),
    passes("curl x | tee list; chmod 600 other"),
    passes("curl x | docker exec -i c jq ."),
    passes("curlew | sh"),
    passes("curl -s https://x.invalid | fish-food"),
    passes("curl https://x.invalid/list > list && sh other"),
    passes("curl -o list https://x.invalid\nbash other"),
    passes("wget https://x.invalid/list && sh other"),
    passes('echo "$(curl https://x.invalid)"'),
    passes("python3 -c 'print(eval(x))'"),
    passes("cat > a.c <<E\n#include <stdio.h>\nE"),
    [
      "a health check that only looks",
      resource("docker:index/container:Container", {
        healthcheck: { tests: ["CMD-SHELL", "curl -f localhost"] },
      }),
    ],
    [
      "a health check of another kind",
      resource("command:local:Command", { healthcheck: { tests: ["curl x | sh"] } }),
    ],
  ],
  refuses: [
    ...[
      "sh",
      "bash",
      "dash",
      "zsh",
      "ksh",
      "ash",
      "csh",
      "/bin/sh",
      "python3",
      "perl",
      "ruby",
      "node",
      "php",
    ].map((shell) => refused(`curl -s https://x.invalid | ${shell}`)),
    ...["wget -qO- x", "fetch -o - x", "aria2c x", "lwp-download x"].map((fetch) => refused(`${fetch} | sh`)),
    refused("curl x|sh"),
    refused("curl x | tee log | gunzip | sh"),
    refused("wget -qO- x | sudo bash"),
    refused("curl x | sudo -E -H bash -"),
    refused("curl x | A=1 B=2 sh"),
    refused("curl x | exec env sh"),
    refused("curl x | xargs -0 sh -c"),
    refused("curl x | python3 -c 'import sys; exec(sys.stdin.read())'"),
    refused("curl\tx  |   sh", "curl x | sh"),
    refused(`curl\${IFS}x|sh`, "curl x|sh"),
    refused("cu''rl x | s\"\"h", "curl x | sh"),
    refused("curl x \\\n  | sh", "curl x | sh"),
    refused("curl x | sudo -u root -H bash"),
    refused("curl x | ssh -p 22 host sudo sh"),
    refused("curl x | docker exec -i c sh"),
    refused("curl x | { sh; }"),
    refused("curl x | sudo tee /usr/bin/i; chmod +x /usr/bin/i"),
    refused("wget -qO i x; install -m 755 i /usr/bin"),
    refused("wget -P /tmp https://x.invalid/i.sh; bash /tmp/i.sh"),
    refused("bash <(curl x)"),
    refused('sh -c "$(curl -fsSL x)"'),
    refused("sh -c `wget -qO- x`"),
    refused("eval $(curl x)"),
    refused("true\nsh -c `curl x`; true\ntrue", "sh -c `curl x`; true"),
    refused("true\ncurl -o i x\ntrue\nsh i; true\ntrue", "curl -o i x\ntrue\nsh i; true"),
    refused("true; source <( curl x)"),
    refused(". <(curl x)"),
    refused('su - me -c "bash <(curl x)"'),
    refused("curl -o /tmp/i x && sh /tmp/i"),
    refused("curl -sSLo /tmp/i x; bash -x /tmp/i"),
    refused("curl x > i && sudo sh i"),
    refused("curl x >i\nchmod +x i"),
    refused("wget --output-document=/tmp/i x && chmod 755 /tmp/i && /tmp/i"),
    refused("curl --output 'i' x; echo; . i", "curl --output i x; echo; . i"),
    refused("wget https://x.invalid/install.sh && sh install.sh"),
    refused(
      "wget 'https://x.invalid/install.sh'; chmod +x ./install.sh",
      "wget https://x.invalid/install.sh; chmod +x ./install.sh",
    ),
    refused("curl -O https://x.invalid/i.py\npython3 i.py"),
    refused(
      "python3 -c \"import urllib.request as u; exec(u.urlopen('http://x').read())\"",
      'python3 -c "import urllib.request as u; exec(u.urlopen(http://x).read())"',
    ),
    refused("python3 -c 'import requests; exec(requests.get(x).text)'"),
    refused("node -e 'eval(await (await fetch (x)).text())'"),
    refused("node -e 'eval(http.get(x))'"),
    [
      "in a container's start",
      resource("docker:index/container:Container", { command: ["sh", "-c", "curl x|sh"] }),
      found("sh -c curl x|sh", "command"),
    ],
    [
      "in a health check",
      resource("docker:index/container:Container", { healthcheck: { tests: ["CMD-SHELL", "curl x | sh"] } }),
      found("curl x | sh", "healthcheck.tests"),
    ],
    ...[
      "#include\nhttps://x.invalid/setup",
      "#include-once\n# of ours\n\nhttps://x.invalid/setup",
      "#include https://x.invalid/setup",
      "Content-Type: text/x-include-url",
    ].map((userData): [string, ReturnType<typeof instance>, string] => [
      userData,
      instance({ userData }),
      found(userData, "userData"),
    ]),
    ["in user data", instance({ userData: "#!/bin/sh\ncurl x | sh" }), found("curl x | sh", "userData")],
  ],
  unknown: [
    ["the command", runs(UNKNOWN), "it: create"],
    [
      "a health check",
      resource("docker:index/container:Container", { healthcheck: { tests: UNKNOWN } }),
      "it: healthcheck.tests",
    ],
  ],
});
