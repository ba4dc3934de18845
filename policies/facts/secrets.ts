/** Texts that give a secret away, by what they are. */
const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----/],
  ["a PuTTY private key", /^PuTTY-User-Key-File-\d/m],
  ["an age private key", /AGE-SECRET-KEY-1[0-9A-Z]{20,}/],
  ["an AWS access key", /\b(AKIA|ASIA)[A-Z2-7]{16}\b/],
  ["a GitHub token", /\b(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/],
  ["a GitLab token", /\bglpat-[\w-]{16,}/],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{20,}/],
  ["a Civitai, OpenAI or Stripe key", /\b[sr]k[-_](live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{20,}/],
  ["a Slack token", /\bxox[abeoprs]-[\w-]{10,}/],
  ["a Google API key", /\bAIza[\w-]{30,}/],
  ["an npm or Docker token", /\b(npm_|dckr_pat_|pypi-)[\w-]{20,}/],
  ["a Pulumi token", /\bpul-[0-9a-f]{40}\b/],
  ["a JSON Web Token", /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  ["a password's hash", /\$(1|2[aby]|5|6|7|y|argon2\w*)\$[./\w$=,-]{12,}/],
  ["a URL with a password", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*:(?!\$|<|\*)[^\s/@'"]{3,}@/i],
  [
    "an Authorization header",
    /authorization["']?\s*[:=]\s*["']?(basic|bearer|token)\s+(?!\$|<|\{)[\w.~+/=-]{6,}/i,
  ],
  ["a Docker login", /"auth"\s*:\s*"[A-Za-z0-9+/=]{8,}"/],
  [
    "a password on a command line",
    /(\s--?(password|passwd|token|secret)[= ]|\bsshpass\s+-p\s*|\bdocker login\b[^\n]*\s-p\s*|\bcurl\b[^\n]*\s(-u|--user)\s*["']?[\w.-]+:)["']?(?!\$|<|-)[^\s"'$]{3,}/i,
  ],
  [
    "a password for chpasswd",
    /\b[a-z_][\w-]*:(?!\$\{?[A-Z_])[^\s:|'"]{3,}["']?\s*\|\s*(sudo\s+)?chpasswd\b/i,
  ],
  [
    "a password for chpasswd",
    /^chpasswd:[\s\S]{0,200}?\blist:\s*(\||-|\n)\s*-?\s*\w+:(?!R(ANDOM)?\b)\S{3,}/m,
  ],
];

/** Names of what holds a secret, with the value given in the text itself. */
const ASSIGNMENT =
  /(?<![\w-])["']?[\w.-]*?(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|credentials?|signing[_-]?key|encryption[_-]?key|connection[_-]?string)["']?[ \t]*(?:=|:[ \t]|:(?=["']))[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#;,&|)]+))/gi;
/** Values that only say where the secret comes from, or that there is none. */
const NO_SECRET =
  /^(|[|>][+-]?|true|false|yes|no|on|off|none|null|nil|required|optional|disabled|enabled|prohibit-password|without-password|\d{1,3}|[*x]+|changeme_from_.*|\$.*|%.*%|<.*>|\{\{.*\}\}|`.*|\/.*|file:.*|arn:.*|ssm:.*|resolve:.*|secretsmanager:.*|@.*)$/i;
/** Names that end like a secret's but hold something else. */
const NO_NAME =
  /(file|path|dir|url|uri|arn|name|id|length|policy|authentication|age|min|max|ttl)["']?[ \t]*[=:]/i;

/** What gives a secret away in the text; undefined when nothing does. */
export function secretIn(text: string): string | undefined {
  const kind = KINDS.find(([, pattern]) => pattern.test(text))?.[0];
  if (kind !== undefined) {
    return kind;
  }
  for (const [found, ...values] of text.matchAll(ASSIGNMENT)) {
    const value = values.find((one) => one !== undefined) ?? "";
    if (!NO_SECRET.test(value) && !NO_NAME.test(found) && value.length >= 4) {
      return "a value for a password, token or key";
    }
  }
  return undefined;
}
