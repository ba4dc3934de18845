import { isSecretAt, type Resource } from "../core/resource";
import type { Report } from "../core/rule";
import { stringsAt, type Text } from "./docker";
import { unpack } from "./unpack";

type Look = readonly [kind: string, look: RegExp];

const PRIVATE_KEYS: readonly Look[] = [
  ["a private key", /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/],
  ["a PuTTY private key", /^PuTTY-User-Key-File-\d/m],
  ["an age private key", /AGE-SECRET-KEY-1[0-9A-Z]{20,}/],
];
/** Texts that give a secret away by their looks, wherever they stand. */
const CREDENTIALS: readonly Look[] = [
  ...PRIVATE_KEYS,
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/],
  ["a GitLab token", /\bglpat-[\w-]{16,}/],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{20,}/],
  ["a Civitai, OpenAI or Stripe key", /\b([sr]k[-_](live|test|proj|ant)?[-_]?[\w-]{20,}|cf_[0-9a-f]{32,})/],
  ["a Slack token", /\bxox[abeoprs]-[\w-]{10,}/],
  ["a Google API key", /\bAIza[\w-]{30,}/],
  ["an npm, Docker or PyPI token", /\b(npm_|dckr_pat_|pypi-)[\w-]{20,}/],
  ["a Pulumi token", /\bpul-[0-9a-f]{40}\b/],
  ["a JSON Web Token", /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/],
  ["a password's hash", /\$(1|2[aby]|5|6|7|y|argon2\w*)\$[./\w$=,-]{12,}/],
  ["a URL with a password", /\b[A-Za-z][\w+.-]*:\/\/[^\s/:@'"]*:(?!\$[A-Za-z_{(]|<|\*)[^\s/@'"]+@/],
  [
    "an Authorization header",
    /authorization["']?\s*[:=]\s*["']?(basic|bearer|token)\s+(?!\$|<|\{)[\w.~+/=-]{6,}/i,
  ],
  ["a password in a .netrc", /\bmachine\s+\S+\s+login\s+\S+\s+password\s+(?![$<])\S/],
  ["a Docker login", /"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}"/],
  ["a password on a command line", /\bsshpass\s+-p\s*["']?(?!\$)[^\s"']/],
  ["a password on a command line", /\bdocker\s+login\b[^\n|;&]*\s-p\s*["']?(?!\$)[^\s"']/],
  ["a password on a command line", /\bcurl\b[^\n|;&]*\s(-u|--user)[\s=]*["']?[\w.-]+:(?!\$)[^\s"']/],
  [
    "a password on a command line",
    /\b(mysql|mysqldump|mysqladmin|mariadb)\b[^\n|;&]*\s-p["']?(?!\$)[^\s"'$]/,
  ],
  ["a password on a command line", /\bhtpasswd\s+(-\S+\s+)*-\w*b\w*\s+(\S+\s+){1,2}["']?(?!\$)[^\s"']/],
  ["a password on a command line", /\s-pass(in|out)?\s+["']?pass:(?!\$)[^\s"']/],
  ["a password on a command line", /\baws_secret_access_key\s+["']?(?!\$)[^\s"'=]{16,}/i],
  [
    "a password on a command line",
    /\bopenssl\s+passwd\b(\s+-salt\s+\S+|\s+-(?!salt\b|in\b)\w+)*\s+["']?(?![-$<])[^\s"'|;&)]/,
  ],
  ["a password on a command line", /\buser(add|mod)\b[^\n|;&]*\s-p\s*["']?(?!\$)[^\s"']/],
  [
    "a password for another command",
    /\b(echo|printf)\s[^\n|;&]*[^\s"'|][^\n|;&]*\|\s*(sudo\s+)?(docker\s+login\b[^\n|;&]*--password-stdin|passwd\b|sudo\s+-S)/,
  ],
  [
    "a password for chpasswd",
    /\b[a-z_][\w-]*:(?!\$\{?[A-Za-z_])[^\s:|'"]+["']?\s*\|\s*(sudo\s+)?chpasswd\b/i,
  ],
  [
    "a password for chpasswd",
    /^chpasswd:[\s\S]{0,200}?\blist:\s*(\||-|\n)\s*-?\s*\w+:(?!R(ANDOM)?\b)\S{3,}/m,
  ],
];

/** Words that name a secret, in any spelling once API_KEY, apiKey and api-key are one. */
const SECRET_NAME =
  /(pass(word|wd|phrase|code)|(?<!by|com|sur|tres)pass(?=[-_.\d]|$)|secret|token(?!i[sz])|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|encryption[-_.]?key|session[-_.]?key|connection[-_.]?string|credentials?|auth[-_.]?key|bearer|jwt|hmac|(^|[-_.])(pwd|pw|pin|key|psk|dsn)([-_.]|\d|$))/i;
/** Names that say where a secret lies or what it is about, not what it is. */
const ABOUT_A_SECRET =
  /[-_.](file|path|dir|folder|url|uri|arn|id|name|ttl|age|min|max|length|version|type|policy|authentication|stdin)$/i;

/** Whether a key such as `DB_PASSWORD` names a secret. */
export function namesSecret(key: string): boolean {
  const words = key.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  return SECRET_NAME.test(words) && !ABOUT_A_SECRET.test(words);
}

/** Where a secret comes from: a variable, the output of a command that reads, a path of at least two steps, a store. */
const REFERENCE =
  /^(\$\{[\w.]+\}|\$\{\w+:?[-?+]\}|\$\((?!\s*(echo|printf)\b).*|\$[A-Z_][A-Z0-9_]*|\$\d|%\w+%|\{\{.*|\/[\w.-]+\/.*|(file|arn|ssm|resolve|secretsmanager):.*)$/;
/** That there is none, or what should stand there. */
const NO_VALUE =
  /^(|true|false|yes|no|on|off|none|null|nil|required|optional|disabled|enabled|prohibit-password|without-password|[|>][+-]?|<.*|\*+|x+)$/i;
/** Limits and lifetimes: TOKEN_LIMIT=3600. */
const SMALL_NUMBER = /^\d{1,4}$/;
const PASSWORD_NAME = /pass|pwd|pin|secret/i;

/** Whether the value of a key that names a secret holds one: an empty value or a reference to elsewhere does not. */
function holdsValue(key: string, value: string): boolean {
  const text = value.trim();
  return (
    !REFERENCE.test(text) && !NO_VALUE.test(text) && (!SMALL_NUMBER.test(text) || PASSWORD_NAME.test(key))
  );
}

const VALUE = /(?:"([^"\n]*)"|'([^'\n]*)'|((?!-)[^\s"';#&|,)]+))/;
/** An option or an assignment within a text: `--password …`, `TOKEN=…`, `"api_key": "…"`, `token: …`. */
const ASSIGNMENTS: readonly RegExp[] = [
  new RegExp(`(?:^|[\\s;&|,"'\`(])--?([A-Za-z][\\w.-]*)(?:=|[ \\t]+)${VALUE.source}`, "g"),
  new RegExp(
    `(?<![\\w.$-])([A-Za-z_][\\w.-]*)["']?[ \\t]*(?:=|:[ \\t]|:(?=["']))[ \\t]*${VALUE.source}`,
    "g",
  ),
];

/** A variable of the text's own: whether `$token` is one shows in that something gives it a value. */
function isVariableOf(text: string, value: string): boolean {
  const [, name] = /^\$\{?([A-Za-z_]\w*)\}?$/.exec(value.trim()) ?? [];
  return (
    name !== undefined && new RegExp(`\\b(${name}=|(read|for|local)\\b[^\\n;]*\\b${name}\\b)`).test(text)
  );
}

function credentialIn(text: string): string | undefined {
  const kind = CREDENTIALS.find(([, look]) => look.test(text))?.[0];
  if (kind !== undefined) {
    return kind;
  }
  for (const [, key = "", double, single, bare] of ASSIGNMENTS.flatMap((one) => [...text.matchAll(one)])) {
    const value = double ?? single ?? bare ?? "";
    if (namesSecret(key) && holdsValue(key, value) && !isVariableOf(text, value)) {
      return `a value for ${key}`;
    }
  }
  return undefined;
}

export interface SecretOptions {
  /** Whether the text may look random without being a secret, as digests and packed files do. Defaults to false. */
  readonly mayBeRandom?: boolean;
}

/**
 * Why a text, or a text packed into it, is taken for a secret, without its content: `(a private key, in base64)`;
 * undefined when it is not.
 */
export function secretIn(text: string, { mayBeRandom = false }: SecretOptions = {}): string | undefined {
  for (const { text: inner, packing } of unpack(text)) {
    const found = credentialIn(inner);
    if (found !== undefined) {
      return packing === "" ? `(${found})` : `(${found}, in ${packing})`;
    }
  }
  return !mayBeRandom && looksRandom(text) ? "(a text of random characters)" : undefined;
}

/** The same for the value of a key, which by its name alone may say that it is a secret. */
export function secretInPair(key: string, value: string, options?: SecretOptions): string | undefined {
  return namesSecret(key) && holdsValue(key, value) ? `(a value for ${key})` : secretIn(value, options);
}

/** Whether a text is, or has packed into it, a private key. */
export function holdsPrivateKey(text: string): boolean {
  return unpack(text).some(({ text: inner }) => PRIVATE_KEYS.some(([, look]) => look.test(inner)));
}

/** Names of images and contents are long and random to look at, and public; so are certificates, in JSON too. */
const PUBLIC_DIGEST = /(sha(256|384|512)("\s*:\s*"|[:-]))[0-9a-f]{64,128}/gi;
const PUBLIC_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]|\\n)*-----END CERTIFICATE-----/g;
const LONG_WORD = /[A-Za-z0-9+/_=-]{24,}/g;
/** Bits per character from which a text of 24 characters or more is random: words and paths stay below. */
const RANDOM_BITS = 4.2;
const RANDOM_HEX_BITS = 3.0;

function looksRandom(text: string): boolean {
  const candidates = text.replace(PUBLIC_DIGEST, "").replace(PUBLIC_CERTIFICATE, "").match(LONG_WORD) ?? [];
  return candidates.some((candidate) => {
    if (/^[0-9a-f]+$/i.test(candidate)) {
      return candidate.length >= 32 && bitsPerCharacter(candidate) >= RANDOM_HEX_BITS;
    }
    const mixed = [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(candidate));
    return mixed && !candidate.includes("/") && bitsPerCharacter(candidate) >= RANDOM_BITS;
  });
}

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) {
    counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  return [...counts.values()].reduce(
    (sum, count) => sum - (count / text.length) * Math.log2(count / text.length),
    0,
  );
}

/**
 * The texts at places where no secret may stand. What the state keeps as a secret is a violation there, whether the
 * source shows its content or not.
 */
export function publicTexts(resource: Resource, places: readonly string[], report: Report): Text[] {
  const refuse = (path: string) =>
    report.violation({ resource, path, found: "(a secret value)", wanted: "no secret" });
  const hidden: Report = {
    ...report,
    unknown: (one, path) => (isSecretAt(one, path) ? refuse(path) : report.unknown(one, path)),
  };
  return places
    .flatMap((place) => stringsAt(resource, place, hidden))
    .filter(({ path }) => {
      const isSecret = isSecretAt(resource, path);
      if (isSecret) {
        refuse(path);
      }
      return !isSecret;
    });
}
