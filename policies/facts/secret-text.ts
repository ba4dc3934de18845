import { unpack } from "./unpack";

/** Words that name a secret, in any spelling: API_KEY, apiKey, api-key. */
const SECRET_KEY =
  /(pass(word|wd|phrase)?|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|encryption[-_.]?key|session[-_.]?key|credentials?|auth[-_.]?key|bearer|jwt|hmac|(^|[-_.])(pwd|pw|pin|key|psk|dsn)([-_.]|\d|$))/i;
/** Keys that say where a secret lies or what it is about, not what it is. */
const ABOUT_A_SECRET =
  /([-_.](file|path|dir|folder|url|id|name|ttl|length|version|type|arn)|File|Path|Dir|Url|Id|Name)$/;
/** Secrets that are known by their looks. */
const SECRET_LOOKS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY/,
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bhf_[A-Za-z0-9]{20,}/,
  /\b(sk|rk)[-_][A-Za-z0-9_-]{20,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bAIza[0-9A-Za-z_-]{30,}/,
  /\bglpat-[A-Za-z0-9_-]{16,}/,
  /\bcf_[0-9a-f]{32,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/,
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/i,
  /\bauthorization:\s*(basic|bearer)\s+[^\s$'"]{8,}/i,
];
/** An assignment or an option within a text, e.g. `TOKEN=…`, `--password …`. */
const ASSIGNMENT =
  /(?:^|[\s;&|,"'`])(?:--?([A-Za-z][\w.-]*)(?:=|\s+)|([A-Za-z][\w.-]*)(?:=|:\s+))(?:"([^"]*)"|'([^']*)'|([^\s"';&|,-][^\s"';&|,]*))/g;
/** Names of images and contents are long and random to look at, and public; so are certificates, in JSON too. */
const PUBLIC_DIGEST = /(sha(256|384|512)("\s*:\s*"|[:-]))[0-9a-f]{64,128}/gi;
const PUBLIC_CERTIFICATE = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]|\\n)*-----END CERTIFICATE-----/g;
const TOKEN = /[A-Za-z0-9+/_=-]{24,}/g;
/** Bits per character from which a text of 24 characters or more is random: words and paths stay below. */
const RANDOM_BITS = 4.2;
const RANDOM_HEX_BITS = 3.0;

/** Whether a key such as `DB_PASSWORD` names a secret. */
export function namesSecret(key: string): boolean {
  return SECRET_KEY.test(key.replace(/([a-z0-9])([A-Z])/g, "$1_$2")) && !ABOUT_A_SECRET.test(key);
}

/** A variable or a substitution, a path of at least two steps, and words that say whether there is one. */
const REFERENCE = /^(\$\{.*|\$\(.*|\$[A-Z_][A-Z0-9_]*|\/[\w.-]+\/.*|true|false|none|null)$/;
/** Limits and lifetimes: TOKEN_LIMIT=3600. */
const SMALL_NUMBER = /^\d{1,4}$/;
const PASSWORD_KEY = /pass|pwd|pin|secret/i;

/** Whether the value of a key that names a secret holds one: an empty value or a reference to elsewhere does not. */
export function holdsValue(value: string, key = ""): boolean {
  const text = value.trim();
  return text !== "" && !REFERENCE.test(text) && (!SMALL_NUMBER.test(text) || PASSWORD_KEY.test(key));
}

/**
 * Why a text, or a text packed into it, is taken for a secret, without its content; undefined when it is not.
 * @param isDigest whether the text is meant to look random, as a digest does; false unless said
 */
export function secretIn(text: string, { isDigest = false } = {}): string | undefined {
  for (const { text: inner, packing } of unpack(text)) {
    const found = credentialIn(inner);
    if (found !== undefined) {
      return packing === "" ? found : `${found}, in ${packing}`;
    }
  }
  return !isDigest && looksRandom(text) ? "(a text of random characters)" : undefined;
}

function credentialIn(text: string): string | undefined {
  if (SECRET_LOOKS.some((look) => look.test(text))) {
    return "(a text that looks like a credential)";
  }
  for (const [, option, variable, double, single, bare] of text.matchAll(ASSIGNMENT)) {
    const key = option ?? variable ?? "";
    if (namesSecret(key) && holdsValue(double ?? single ?? bare ?? "", key)) {
      return `(a value for ${key})`;
    }
  }
  return undefined;
}

/** Whether a pair of key and value holds a secret. */
export function secretInPair(key: string, value: string): string | undefined {
  return namesSecret(key) && holdsValue(value, key) ? `(a value for ${key})` : secretIn(value);
}

function looksRandom(text: string): boolean {
  const candidates = text.replace(PUBLIC_DIGEST, "").replace(PUBLIC_CERTIFICATE, "").match(TOKEN) ?? [];
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
