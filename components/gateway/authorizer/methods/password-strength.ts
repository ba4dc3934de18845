const MIN_LENGTH = 12;
/** Keeps `user:password` well within what the Basic parser reads. */
const MAX_LENGTH = 128;
const MIN_DISTINCT = 6;
/** Characters that have to be left when the common words are taken out. */
const MIN_UNCOMMON = 8;
/** Shorter names turn up in honest passwords by chance. */
const MIN_NAME_LENGTH = 3;

/** Words and rows that guessing starts from, longest first so that none hides in another. */
const COMMON = (
  "administrator abcdefghijklmnopqrstuvwxyz qwertyuiop qwertzuiop 0123456789 1234567890 123456789 987654321 " +
  "letmein changeme passphrase password passwort asdfghjkl zxcvbnm 1q2w3e4r5t 1qaz2wsx iloveyou superman " +
  "football baseball princess sunshine dragon monkey master shadow qwerty secret welcome " +
  "comfyui comfy stable diffusion admin login guest default server gateway fortress 12345 54321 1234 abcd user test root"
)
  .split(" ")
  .sort((a, b) => b.length - a.length);

/** The substitutions every guessing tool knows. */
const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "@": "a",
  $: "s",
};

/**
 * What is wrong with a password that somebody chose, or undefined where it is good enough: 12 to 128 characters, 6
 * different ones, none a control character, not the user's name in it, and not just common words with a tail.
 */
export function passwordProblem(text: string, userName: string): string | undefined {
  const characters = [...text];
  const lower = text.toLowerCase();
  if (characters.length < MIN_LENGTH || characters.length > MAX_LENGTH) {
    return `has ${characters.length} characters; use ${MIN_LENGTH} to ${MAX_LENGTH}.`;
  }
  if (/[\p{Cc}\p{Surrogate}]/u.test(text)) return "has a control character; leave it out.";
  if (new Set(characters).size < MIN_DISTINCT) return `has fewer than ${MIN_DISTINCT} different characters.`;
  if (userName.length >= MIN_NAME_LENGTH && lower.includes(userName.toLowerCase())) {
    return "contains the user name; leave it out.";
  }
  if (uncommonLength(lower) < MIN_UNCOMMON) {
    return "is made of common words; add others, or let the stack generate one.";
  }
  return undefined;
}

/** Rows of digits go first, before their digits are read as letters. */
function uncommonLength(lower: string): number {
  const plain = withoutCommon(lower).replace(/[01345@$]/g, (character) => LEET[character] ?? character);
  return withoutCommon(plain).length;
}

function withoutCommon(text: string): string {
  return COMMON.reduce((rest, word) => rest.replaceAll(word, ""), text);
}
