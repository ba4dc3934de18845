import { objectName, STACK_LABEL } from "./engine";

/**
 * The tags of what a stack makes in AWS: a name to read, and whose it is.
 * @param part what it is, e.g. `vm`
 */
export function awsTags(stack: string, part: string): Record<string, string> {
  return { Name: objectName(stack, part), [STACK_LABEL]: stack };
}
