import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { namesSecret, secretIn, secretInPair } from "../../policies/facts/secrets";

/** Made up here, so that no scanner of repositories takes this file for a leak. */
const letters = (length: number) => "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0".repeat(4).slice(0, length);
const upper = (length: number) => "ABCDEFGH2345".repeat(4).slice(0, length);
const hex = (length: number) => "0123456789abcdef".repeat(8).slice(0, length);
const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");

const FOUND: readonly (readonly [kind: string, text: string])[] = [
  ["a private key", "-----BEGIN PRIVATE KEY-----"],
  ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
  ["a private key", "x -----BEGIN PGP PRIVATE KEY BLOCK-----"],
  ["a PuTTY private key", "x\nPuTTY-User-Key-File-3: ssh-ed25519"],
  ["an age private key", `AGE-SECRET-KEY-1${upper(20)}`],
  ["an AWS access key", `id AKIA${upper(16)}.`],
  ["an AWS access key", `ASIA${upper(16)}`],
  ["a GitHub token", `ghp_${letters(20)}`],
  ["a GitHub token", `github_pat_${letters(20)}`],
  ["a GitLab token", `glpat-${letters(16)}`],
  ["a Hugging Face token", `hf_${letters(20)}`],
  ["a Civitai, OpenAI or Stripe key", `sk-${letters(20)}`],
  ["a Civitai, OpenAI or Stripe key", `rk_live_${letters(20)}`],
  ["a Civitai, OpenAI or Stripe key", `sk-proj-${letters(20)}`],
  ["a Civitai, OpenAI or Stripe key", `cf_${hex(32)}`],
  ["a Slack token", "xoxb-1234567890"],
  ["a Google API key", `AIza${letters(30)}`],
  ["an npm, Docker or PyPI token", `npm_${letters(20)}`],
  ["an npm, Docker or PyPI token", `dckr_pat_${letters(20)}`],
  ["an npm, Docker or PyPI token", `pypi-${letters(20)}`],
  ["a Pulumi token", `pul-${hex(40)}`],
  ["a JSON Web Token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."],
  ["a password's hash", "ubuntu:$6$rounds=4096$saltsalt$hash"],
  ["a password's hash", "admin:$2y$10$abcdefghijkl"],
  ["a password's hash", "$argon2id$v=19$m=65536"],
  ["a URL with a password", "postgres://u:hunter22@h/db"],
  ["a URL with a password", "redis://:hunter22@h"],
  ["a URL with a password", "https://u:$3cret@h"],
  ["an Authorization header", "-H 'Authorization: Bearer abcdef'"],
  ["an Authorization header", 'authorization = "Basic dTpwYXNz"'],
  ["a password in a .netrc", "machine h login me password hunter22"],
  ["a password on a command line", "useradd -m -p hunter22 x"],
  ["a password on a command line", "usermod -p 'hunter22' x"],
  ["a password on a command line", "useradd -p $(openssl passwd -6 hunter22) x"],
  ["a password on a command line", "openssl passwd -6 -salt xy hunter22"],
  ["a password for another command", "printf 'h2\\nh2' | passwd root"],
  ["a Docker login", '{"auths":{"h":{"auth": "dTpwYXNz"}}}'],
  ["a password on a command line", "sshpass -p hunter22 ssh h"],
  ["a password on a command line", "docker login -u me -p hunter22 h"],
  ["a password on a command line", "curl -s -u me:hunter22 https://h"],
  ["a password on a command line", "curl --user=me:h2 https://h"],
  ["a password on a command line", "mysql -u root -phunter22"],
  ["a password on a command line", "htpasswd -b /etc/nginx/users me hunter22"],
  ["a password on a command line", "htpasswd -c -nb -i file me hunter22"],
  ["a password on a command line", "openssl rsa -in a -passin pass:hunter22"],
  ["a password on a command line", "aws configure set aws_secret_access_key abcdefghijklmnop"],
  ["a password for another command", "echo hunter22 | docker login -u me --password-stdin h"],
  ["a password for another command", "printf 'hunter22' | sudo docker login --password-stdin"],
  ["a password for another command", "echo hunter22 | passwd ubuntu --stdin"],
  ["a password for another command", "echo hunter22 | sudo -S id"],
  ["a password for chpasswd", "echo 'ubuntu:hunter22' | sudo chpasswd"],
  ["a password for chpasswd", "echo root:h2|chpasswd"],
  ["a password for chpasswd", "chpasswd:\n  list: |\n    ubuntu:hunter22\n"],
  ["a password for chpasswd", "a: b\nchpasswd:\n  expire: false\n  list:\n    - ubuntu:hunter22\n"],
  ["an Authorization header", '{"authorization":"token abcdef"}'],
  ["a password on a command line", "sshpass -phunter22 ssh h"],
  ["a password on a command line", "docker login -phunter22 h"],
  ["a password on a command line", "curl -ume:hunter22 https://h"],
  ["a password on a command line", "curl -u 'me:hunter22' https://h"],
  ["a password on a command line", "useradd -phunter22 x"],
  ["a password on a command line", "openssl rsa -pass 'pass:hunter22'"],
  ["a password on a command line", "htpasswd -nbB me 'hunter22'"],
];

describe("secretIn", () => {
  it.each(FOUND)("finds %s in %j", (kind, text) => {
    expect(secretIn(text, { mayBeRandom: true })).toBe(`(${kind})`);
  });

  it.each(FOUND.filter(([, text]) => !/-----|list:/.test(text)))(
    "finds %s in %j with more blanks",
    (kind, text) => {
      expect(secretIn(text.replace(/(?<!\n *) /g, "  "), { mayBeRandom: true })).toBe(`(${kind})`);
    },
  );

  it.each([
    ["password", "login --password hunter22"],
    ["token", "login -token=hunter22"],
    ["api-key", '--api-key "hunter 22"'],
    ["api-key", "run (--api-key 'hunter22')"],
    ["TOKEN", "TOKEN=hunter22 run"],
    ["TOKEN_1", "export TOKEN_1=hunter22"],
    ["DB_PASSWORD", "export DB_PASSWORD='hunter2!'"],
    ["password", "password: hunter22"],
    ["api_key", '{"api_key":"hunter22"}'],
    ["apiKey", "{'apiKey' : 'hunter22'}"],
    ["X-API-Key", "curl -H X-API-Key: hunter22"],
    ["secret", "secret = hunter22"],
    ["_authToken", "npm config set //h/:_authToken=hunter22"],
    ["PASSWORD", `PASSWORD=\${PASSWORD:-hunter22}`],
    ["PASSWORD", "PASSWORD=$(echo hunter22)"],
    ["password", "password=$ecret run"],
    ["PIN", "PIN=1234"],
    ["TOKEN", "TOKEN=12345"],
    ["password", "token=$1; login --password x$token"],
  ])("finds a value for %s in %j", (key, text) => {
    expect(secretIn(text, { mayBeRandom: true })).toBe(`(a value for ${key})`);
  });

  it.each([
    "AKIA is how they begin",
    `xAKIA${upper(16)}`,
    `AKIA${upper(17)}`,
    `ghp_${letters(19)}`,
    `hf_${letters(19)}`,
    `AGE-SECRET-KEY-1${upper(19)}`,
    `github_pat_${letters(19)}`,
    `glpat-${letters(15)}`,
    `sk-${letters(19)}`,
    `cf_${hex(31)}`,
    "xoxb-123456789",
    `AIza${letters(29)}`,
    `npm_${letters(19)}`,
    "$6$saltsalt123",
    "Authorization: Bearer abcde",
    "x PuTTY-User-Key-File-3",
    "aws configure set aws_secret_access_key abcdefghijklmno",
    "https://$USER:$PASS@h",
    `https://u:\${PASS}@h`,
    "https://u:<password>@h",
    "https://u:***@h",
    "https://h:443/a@b",
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer <token>",
    "curl -u $U:$P https://h",
    "sshpass -p $P ssh h",
    "docker login -u me --password-stdin h < /run/x",
    "docker login -u me -p $P",
    "docker login h; tar -p x",
    "mysql -u root -p",
    "mysql -h db -p$P",
    "mysql -h db; ls -px",
    "htpasswd -i /etc/nginx/users me",
    "openssl rsa -passin file:/run/x",
    "openssl passwd -6 -stdin < /run/x",
    "openssl passwd -6 -salt xy $P",
    "openssl passwd -in /run/x",
    "useradd -m x; mkdir -p y",
    "usermod -p $P x",
    "machine h login me password $P",
    "echo x | passwdqc",
    "aws configure set aws_secret_access_key $KEY_OF_THE_STACK",
    "cat /run/x | docker login --password-stdin",
    "echo 'ubuntu:$PASS' | chpasswd",
    "chpasswd:\n  list:\n    - ubuntu:RANDOM\n",
    "chpasswd:\n  expire: false\n",
    "PASSWORD=$(fetch)",
    "PASSWORD=$PASSWORD",
    `PASSWORD=\${PASSWORD:?}`,
    `TOKEN="\${TOKEN}"`,
    "token=$1; login --token $token",
    "read -r token; login --token $token",
    "TOKEN=%TOKEN%",
    "token: {{ vault }}",
    "token: /run/secrets/token",
    "token: arn:aws:secretsmanager:eu-central-1:123456789012:secret:x",
    "token: ssm:name",
    "token: <yours>",
    "token: <your token>",
    "token: ****",
    "token: xxxx",
    "password: |",
    "ssh_pwauth: false",
    "password: null",
    "PasswordAuthentication=no",
    "PermitRootLogin prohibit-password",
    "TOKEN_LIMIT=3600",
    "TOKEN_TTL=86400s",
    "PASSWORD_FILE=/x",
    "tokenizer=fast",
    "BYPASS=everything",
    "https://h/?monkey=banana",
    "proxy_pass http://127.0.0.1:8188;",
    "--password -v",
    "--token",
    "password=",
    'password=""',
  ])("finds none in %j", (text) => {
    expect(secretIn(text, { mayBeRandom: true })).toBeUndefined();
  });

  it.each([
    ["base64", base64(`key: hf_${letters(24)}`)],
    ["base64, gzip", base64(gzipSync(`key: hf_${letters(24)}`))],
    ["base64, gzip", base64(deflateSync(`key: hf_${letters(24)}`))],
    ["hexadecimal", Buffer.from(`key: hf_${letters(24)}`).toString("hex")],
  ])("looks into %s", (packing, text) => {
    expect(secretIn(text)).toBe(`(a Hugging Face token, in ${packing})`);
  });

  it.each([
    ["hexadecimal digits", "9f86d081884c7d659a2feaa0c55ad015"],
    ["letters and digits", letters(24)],
    ["them among words", `the key is ${letters(30)}, says he`],
    [
      "them behind a certificate",
      `-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n${letters(24)}`,
    ],
    ["them beside a digest", `sha256:${hex(64)} ${letters(24)}`],
  ])("takes %s for random", (_, text) => {
    expect(secretIn(text)).toBe("(a text of random characters)");
    expect(secretIn(text, { mayBeRandom: true })).toBeUndefined();
  });

  it.each([
    ["31 hexadecimal digits", "9f86d081884c7d659a2feaa0c55ad01"],
    ["repeated digits", "00".repeat(20)],
    ["23 characters", letters(23)],
    ["a word of small letters", "abcdefghijklmnopqrstuvwxyz"],
    ["a word without digits", "ThisIsALongNameOfSomeClassWithoutDigits"],
    ["a path", `usr/lib/python3/${letters(20)}`],
    ["words with few different letters", "xX1".repeat(12)],
    ["a digest", `sha256:${hex(64)}`],
    ["a digest in JSON", `{"sha512": "${hex(128)}"}`],
    ["a digest of a package", `sha384-${hex(96)}`],
    [
      "a certificate",
      `-----BEGIN CERTIFICATE-----\n${letters(64)}\n${letters(30)}=\n-----END CERTIFICATE-----`,
    ],
    ["a certificate in JSON", `-----BEGIN CERTIFICATE-----\\n${letters(64)}\\n-----END CERTIFICATE-----`],
  ])("does not take %s for random", (_, text) => {
    expect(secretIn(text)).toBeUndefined();
  });
});

describe("secretInPair", () => {
  it("takes a key's word for it", () => {
    expect(secretInPair("DB_PASSWORD", "hunter22")).toBe("(a value for DB_PASSWORD)");
    expect(secretInPair("DB_PASSWORD", " hunter22 ")).toBe("(a value for DB_PASSWORD)");
    expect(secretInPair("TOKEN", "$ecret1")).toBe("(a value for TOKEN)");
    expect(secretInPair("TOKEN", "/short")).toBe("(a value for TOKEN)");
    expect(secretInPair("TOKEN", "xylophone")).toBe("(a value for TOKEN)");
  });

  it("looks at the value of any other key", () => {
    expect(secretInPair("DB", "postgres://u:hunter22@h/db")).toBe("(a URL with a password)");
    expect(secretInPair("", letters(24))).toBe("(a text of random characters)");
    expect(secretInPair("", letters(24), { mayBeRandom: true })).toBeUndefined();
    expect(secretInPair("MODE", "fast")).toBeUndefined();
  });

  it.each([
    `x\${A}`,
    `\${A}x`,
    "x$A",
    "$Ax",
    "x/run/secrets/a",
    "x%A%",
    "xfile:a",
    "file",
    "|x",
    "$( echo a)",
    "$(printf a)",
  ])("takes %j for a value", (value) => {
    expect(secretInPair("PASSWORD", value)).toBe("(a value for PASSWORD)");
  });

  it.each([
    `\${A}`,
    `\${a.b}`,
    `\${A:?}`,
    `\${A-}`,
    `\${A+}`,
    "$A",
    "$_",
    "$AB_2",
    "$1",
    " $A ",
    "$( cat x)",
    "%A%",
    "file:a",
  ])("takes %j for a reference", (value) => {
    expect(secretInPair("PASSWORD", value)).toBeUndefined();
  });

  it.each(["", " ", "|", "|-", ">", ">+", "x", "xx"])("takes %j for none", (value) => {
    expect(secretInPair("PASSWORD", value)).toBeUndefined();
  });

  it("looks at a value that only refers to a secret, too", () => {
    expect(secretInPair("TOKEN", "/run/secrets/token")).toBeUndefined();
    expect(secretInPair("TOKEN", `/run/x?key=hf_${letters(20)}`)).toBe("(a Hugging Face token)");
  });
});

describe("namesSecret", () => {
  it.each([
    "password",
    "DB_PASSWD",
    "passphrase",
    "PASSCODE",
    "DBPASS",
    "db-pass-1",
    "clientSecret",
    "secrets",
    "HF_TOKEN",
    "apiKey",
    "api.key",
    "APIKEY",
    "access-key",
    "privateKeyPem",
    "signing_key",
    "encryptionKey",
    "SESSION_KEY",
    "connectionString",
    "credential",
    "GOOGLE_CREDENTIALS",
    "auth_key",
    "bearer",
    "JWT",
    "hmac",
    "pwd",
    "PW",
    "pin",
    "key",
    "KEY_2",
    "psk",
    "SENTRY_DSN",
    ...["API", "ACCESS", "PRIVATE", "SIGNING", "ENCRYPTION", "SESSION", "AUTH"].flatMap((kind) => [
      `${kind}KEYS`,
      `${kind}_KEYS`,
    ]),
    ...["CONNECTIONSTRINGS", "CONNECTION_STRINGS", "TOKEN_IDENTITY"],
  ])("%s does", (key) => {
    expect(namesSecret(key)).toBe(true);
  });

  it.each([
    "PASSWORD_FILE",
    "tokenPath",
    "SECRETS_DIR",
    "key_folder",
    "token-url",
    "TOKEN_URI",
    "secretArn",
    "AWS_ACCESS_KEY_ID",
    "secretName",
    "TOKEN_TTL",
    "password_age",
    "passwordMin",
    "PASSWORD_MAX",
    "passwordLength",
    "secretVersion",
    "KEY_TYPE",
    "PASSWORD_POLICY",
    "PasswordAuthentication",
    "bypass",
    "compass",
    "tokenizer",
    "monkey",
    "keyboard",
    "passage",
    "spinner",
    "MODE",
  ])("%s does not", (key) => {
    expect(namesSecret(key)).toBe(false);
  });
});
