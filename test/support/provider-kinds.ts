import { existsSync, readFileSync } from "node:fs";

/** The code of a provider's package for a kind such as `aws:sns/topic:Topic`; empty where it has none of that name. */
export function kindSource(token: string): string {
  const [provider = "", module = "", kind = ""] = token.split(":");
  const name = kind.charAt(0).toLowerCase() + kind.slice(1);
  const path = module.includes("/") ? module.replace("index/", "") : `${module}/${name}`;
  const file = `node_modules/@pulumi/${provider}/${path}.js`;
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.includes(`__pulumiType = '${token}'`) ? text : "";
}
