/**
 * The stack that `npm start` brings up; also the value of the label on everything it makes. Tests name another one, to
 * run beside a stack in use.
 */
export const STACK = process.env.COMFY_FORTRESS_STACK ?? "local";

/** Where its state and its clients' files lie, in the project's folder. */
export const FOLDER = ".comfy";
