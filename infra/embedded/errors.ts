/** An error whose message is meant for the person at the terminal: it says what is wrong and how to fix it. */
export class UserError extends Error {
  override readonly name: string = "UserError";
  /** @param exitCode what the process ends with: 1 something failed, 2 wrong usage or settings. */
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The run was stopped by Ctrl-C or SIGTERM. */
export class Interrupted extends UserError {
  override readonly name = "Interrupted";
  constructor() {
    super("Stopped. What was finished is written down; run the command again to go on from there.", 130);
  }
}

/** Whether infra/settings refused the settings. Told by name, so that the engine needs no code of the project. */
export function isSettingsError(error: unknown): boolean {
  return error instanceof Error && error.name === "SettingsError";
}

/** The last lines of a text, without the empty ones. */
export function lastLines(text: string, count = 20): string {
  const lines = text.split(/\r?\n|\r/).filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}

/** One clear message for any error, with the fix where the cause is well known. */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!/ENOSPC|no space left on device/i.test(message)) return message;
  return `The disk is full. Free some space (see \`df -h\` and \`docker system df\`), then run the command again.\n${lastLines(message, 5)}`;
}
