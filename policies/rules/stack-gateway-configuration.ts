import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import { CONTAINER, stringsAt, type Text } from "../facts/docker";
import { all, type Directive, directives, locationFor } from "../facts/nginx";
import { SCRIPT_TYPES, scripts } from "../facts/scripts";
import { unpack } from "../facts/unpack";

const MODERN = ["TLSv1.2", "TLSv1.3"];
const WEAK_CIPHER = /(^|[:+ ])(ALL|COMPLEMENTOFALL|LOW|EXP(ORT)?|[ae]?NULL|ADH|AECDH|RC4|DES|3DES|MD5)\b/;
const PROMPTS = ["/prompt", "/api/prompt"];
const COPIES = ["command:remote:CopyToRemote", "command:remote:CopyFile"];
/** Files that a bundle of several carries: `file PATH LINES`, then so many lines. */
const CARRIED = /^file (\S+) (\d+)$/gm;

const rule: ResourceRule = {
  description:
    "The nginx configuration that a command, an upload or user data hands over speaks TLS 1.2 or later, and bounds /prompt and every body.",
  why: "Old TLS is read on the way; without a bound one client fills the queue, and the disk.",
  fix: "set ssl_protocols TLSv1.2 TLSv1.3, limit_req or auth_request for /prompt, and client_max_body_size; hand the text over, not a file that is read elsewhere.",
  severity: "critical",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "12.1.1" }],
  types: [...SCRIPT_TYPES, ...COPIES],
  checkResource(resource, report) {
    checkUnseen(resource, report);
    for (const { path, text } of texts(resource, report)) {
      if (/\bserver\s*\{/.test(text) && /\bproxy_pass\b/.test(text)) {
        checkText(resource, path, text, report);
      }
    }
  },
};
export default rule;

/** What may be a configuration, with texts that JSON carries taken out of it. */
function texts(resource: Resource, report: Report): Text[] {
  const uploads =
    resource.type === CONTAINER
      ? membersAt(report, resource, "uploads").flatMap(({ path }) =>
          ["content", "contentBase64"].flatMap((key) => stringsAt(resource, `${path}.${key}`, report)),
        )
      : [];
  const unpacked = uploads.flatMap(({ path, text }) =>
    unpack(text).map((layer) => ({ path, text: layer.text })),
  );
  return [...scripts(resource, report), ...unpacked].flatMap(({ path, text }) =>
    carriedByJson(text).map((one) => ({ path, text: one })),
  );
}

function carriedByJson(text: string): string[] {
  if (!/^\s*[{[]/.test(text)) {
    return [text];
  }
  const found: string[] = [];
  try {
    JSON.parse(text, (_, value) => {
      if (typeof value === "string") {
        found.push(value);
      }
      return value;
    });
  } catch {
    return [text];
  }
  return found;
}

/** A configuration that comes as a file of some machine is one that nobody here has read. */
function checkUnseen(resource: Resource, report: Report): void {
  const isConfiguration = (path: string) =>
    /(^|\/)nginx(\/|\.conf$)/.test(String(valueAt(resource, path) ?? ""));
  const refuse = (path: string) =>
    report.violation({ resource, path, found: valueAt(resource, path), wanted: "the configuration as text" });
  if (COPIES.includes(resource.type) && isConfiguration("remotePath")) {
    refuse("remotePath");
  }
  const places = [
    ["volumes", "containerPath", "hostPath"],
    ["mounts", "target", "source"],
    ["uploads", "file", "source"],
  ] as const;
  for (const [list, target, source] of resource.type === CONTAINER ? places : []) {
    for (const { path } of membersAt(report, resource, list)) {
      const from = valueAt(resource, `${path}.${source}`);
      if (typeof from === "string" && /[/\\]|\.conf$/.test(from) && isConfiguration(`${path}.${target}`)) {
        refuse(`${path}.${source}`);
      }
    }
  }
}

function checkText(resource: Resource, path: string, text: string, report: Report): void {
  const said = new Set<string>();
  const refuse = (found: string, wanted: string) => {
    if (!said.has(found)) {
      said.add(found);
      report.violation({ resource, path, found, wanted });
    }
  };
  const root = read(text);
  const deciders = all(root, "auth_request")
    .flatMap(({ args }) => all(root, "location").filter((one) => one.args.at(-1) === args[0]))
    .flatMap(({ block }) => all(block, "proxy_pass").map(({ args }) => args[0]));
  const http = root
    .filter(({ name }) => name !== "http")
    .concat(root.find(({ name }) => name === "http")?.block ?? []);
  const isReached = ({ block }: Directive) =>
    all(block, "proxy_pass").length > 0 &&
    !block.filter(({ name }) => name === "listen").some(({ args }) => args[0]?.startsWith("unix:"));
  for (const server of all(root, "server").filter(isReached)) {
    checkTls([server.block, http], refuse);
    for (const prompt of PROMPTS.flatMap((one) => locationFor(server, one) ?? [])) {
      const blocks = [prompt.block, server.block, http];
      const target = all(prompt.block, "proxy_pass")[0]?.args[0];
      if (target === undefined) {
        continue;
      }
      if (!isLimited(blocks) && !deciders.includes(target)) {
        refuse("no limit_req and no auth_request", "one of them in front of /prompt");
      }
      if (!/^[1-9]/.test(effective(blocks, "client_max_body_size")[0]?.args[0] ?? "0")) {
        refuse("no client_max_body_size above 0", "a bound for bodies");
      }
    }
  }
}

/** The configuration that a text holds, with the files of the same text in the place of each include. */
function read(text: string): readonly Directive[] {
  const start = Math.max(text.search(/\b(http|server|upstream)\s*[^;{}]*\{/), 0);
  const files = new Map<string, readonly Directive[]>();
  for (const { 0: head, 1: name = "", 2: lines = "0", index } of text.matchAll(CARRIED)) {
    const body = text.slice(index + head.length + 1).split("\n");
    files.set(name, directives(body.slice(0, Number(lines)).join("\n")));
  }
  const expand = (block: readonly Directive[], depth: number): Directive[] =>
    block.flatMap((one) => {
      const carried = one.name === "include" && depth < 5 ? files.get(one.args[0] ?? "") : undefined;
      return carried === undefined
        ? [{ ...one, block: expand(one.block, depth) }]
        : expand(carried, depth + 1);
    });
  const main = [...files.entries()].find(([name]) => /(^|\/)nginx\.conf$/.test(name))?.[1];
  return expand(main ?? directives(text.slice(start)), 0);
}

/** The directives of a name in the innermost block that has one, as nginx takes them. */
function effective(blocks: readonly (readonly Directive[])[], name: string): Directive[] {
  return (
    blocks.map((block) => block.filter((one) => one.name === name)).find((list) => list.length > 0) ?? []
  );
}

function checkTls(
  blocks: readonly (readonly Directive[])[],
  refuse: (found: string, wanted: string) => void,
): void {
  const protocols = effective(blocks, "ssl_protocols").flatMap(({ args }) => args);
  if (protocols.length === 0 || !protocols.every((one) => MODERN.includes(one))) {
    const found = protocols.length === 0 ? "no ssl_protocols" : `ssl_protocols ${protocols.join(" ")}`;
    refuse(found, "ssl_protocols TLSv1.2 TLSv1.3");
  }
  const ciphers = effective(blocks, "ssl_ciphers")
    .flatMap(({ args }) => args)
    .join(" ");
  if (WEAK_CIPHER.test(ciphers)) {
    refuse(`ssl_ciphers ${ciphers}`, "ciphers that authenticate and encrypt");
  }
}

function isLimited(blocks: readonly (readonly Directive[])[]): boolean {
  const isDry = effective(blocks, "limit_req_dry_run").some(({ args }) => args[0] === "on");
  const asks = effective(blocks, "auth_request").some(({ args }) => args[0] !== "off");
  return asks || (!isDry && effective(blocks, "limit_req").length > 0);
}
