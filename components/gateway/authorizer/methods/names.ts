/** The authentication methods, as in the settings. */
export const METHOD_NAMES = ["apiKey", "basic", "jwt", "mtls"] as const;
export type MethodName = (typeof METHOD_NAMES)[number];
