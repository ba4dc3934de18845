import { isSecretAt, type Resource } from "./resource";
import type { Finding, Rule } from "./rule";
import { show } from "./value";

/**
 * One violation in a sentence each: where, what is found, what is wanted, how to mend it. What is secret is not shown:
 * the message ends in logs and under pull requests.
 */
export function violationMessage({ fix }: Rule, { resource, path, found, wanted }: Finding): string {
  const where = path === "" ? resource.name : `${resource.name}: ${path}`;
  const shown = isSecretAt(resource, path) ? "(secret)" : show(found);
  const value = found === undefined ? "is absent" : `is ${shown}`;
  return `${where} ${value}; wanted ${wanted}. Fix: ${fix}`;
}

/** What is said where a rule cannot decide: before the update, or of a secret that the source does not show. */
export function unknownMessage(resource: Resource, path: string): string {
  const { name } = resource;
  if (isSecretAt(resource, path)) {
    return `${name}: ${path} is a secret that the file does not show; pipe in \`pulumi stack export --show-secrets\`, or run the policy pack in a preview.`;
  }
  return `${name}: ${path} is not known before the update; the rule looks again when it is.`;
}
