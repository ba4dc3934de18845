import { UNKNOWN, type Value } from "./value";

/** A resource as a rule sees it, the same whether it comes from Pulumi's engine, an export or a recorded plan. */
export interface Resource {
  readonly urn: string;
  /** Pulumi type token, e.g. `aws:ec2/instance:Instance`. */
  readonly type: string;
  readonly name: string;
  /** Inputs before an update, outputs after it; UNKNOWN where a value is not known yet. */
  readonly props: Readonly<Record<string, Value>>;
  /** URN of the component that it belongs to. */
  readonly parent?: string;
  /** Paths of the properties that the state keeps encrypted, as far as the source tells; undefined: it does not tell. */
  readonly secretPaths?: readonly string[];
}

/**
 * The value at a path such as `metadataOptions.httpTokens` or `ports[0].ip`.
 * @returns UNKNOWN when the value, or anything it lies in, is not known yet; undefined when it is absent
 */
export function valueAt(resource: Resource, path: string): Value {
  const steps = path.split(/[.[\]]/).filter((step) => step !== "");
  let value: Value = resource.props as Value;
  for (const step of steps) {
    if (value === UNKNOWN) {
      return UNKNOWN;
    }
    if (typeof value !== "object" || value === null) {
      return undefined;
    }
    value = (value as Record<string, Value>)[step];
  }
  return value;
}

/** Whether what lies at a path is kept encrypted, by itself or with what it lies in. */
export function isSecretAt({ secretPaths = [] }: Resource, path: string): boolean {
  return secretPaths.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
}
