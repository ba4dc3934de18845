import { membersAt } from "../core/expectation";
import { type Resource, valueAt } from "../core/resource";
import type { Report, ResourceRule } from "../core/rule";
import type { Text } from "../facts/docker";
import { all, configuration, type Directive, locationFor, modified, within } from "../facts/nginx";
import { SCRIPT_TYPES, scriptLayers } from "../facts/scripts";

const MODERN = ["TLSv1.2", "TLSv1.3"];
/** Parts of the names of ciphers, and whole names, by which nobody is authenticated or nothing is encrypted. */
const WEAK_CIPHER = /^(ALL|COMPLEMENTOFALL|LOW|EXP(ORT)?|[ae]?NULL|ADH|AECDH|RC4|3?DES|MD5|@SECLEVEL=[01])$/;
const PROMPTS = ["/prompt", "/api/prompt"];
/** An address or a new path that ends at one of these. */
const TO_PROMPT = /(^|:\/\/[^/]+)(\/api)?\/prompt($|[?$])/;
const COPIES = ["command:remote:CopyToRemote", "command:remote:CopyFile"];

type Block = readonly Directive[];
/** A location that hands a prompt on, and those that it came through once their own limits had held it. */
interface Way {
  readonly location: Directive;
  readonly through: readonly Directive[];
}
type Refuse = (found: string, wanted: string) => void;

const rule: ResourceRule = {
  description:
    "The nginx configuration that a command, an upload or user data hands over speaks TLS 1.2 or later, and bounds /prompt and every body.",
  why: "Old TLS is read on the way; without a bound one client fills the queue, and the disk.",
  fix: "set ssl_protocols TLSv1.2 TLSv1.3, limit_req or auth_request for /prompt, and client_max_body_size; hand the text over, not a file that is read elsewhere.",
  severity: "critical",
  enforcement: "mandatory",
  references: [{ catalogue: "asvs", id: "12.1.1" }],
  types: [...SCRIPT_TYPES, "command:remote:CopyFile"],
  checkResource(resource, report) {
    checkUnseen(resource, report);
    for (const { path, text } of texts(resource, report)) {
      checkText(resource, path, text, report);
    }
  },
};
export default rule;

/** What may be a configuration, with texts that JSON carries taken out of it. */
function texts(resource: Resource, report: Report): Text[] {
  return scriptLayers(resource, report).flatMap(({ path, text }) =>
    carriedByJson(text).map((one) => ({ path, text: one })),
  );
}

/** The texts in JSON; text that is none is itself. */
function carriedByJson(text: string): string[] {
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
    /(^|\/)nginx(\/|\.conf$)|\/etc\/nginx$/.test(String(valueAt(resource, path)));
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
  for (const [list, target, source] of places) {
    for (const { path } of membersAt(report, resource, list)) {
      // A name without a slash is a volume's.
      const isFile = /[/\\]|\.conf$/.test(String(valueAt(resource, `${path}.${source}`)));
      if (isFile && isConfiguration(`${path}.${target}`)) {
        refuse(`${path}.${source}`);
      }
    }
  }
}

function checkText(resource: Resource, path: string, text: string, report: Report): void {
  const refuse: Refuse = (found, wanted) => report.violation({ resource, path, found, wanted });
  const root = configuration(text);
  const http = root.flatMap((one) => (one.name === "http" ? one.block : [one]));
  const services = deciders(root);
  for (const server of all(root, "server").filter(isReached)) {
    checkTls([server.block, http], refuse);
    for (const { location, through } of waysToPrompt(server)) {
      const held = [...through, location].map((one) => [
        ...within(server, one).map(({ block }) => block),
        http,
      ]);
      if (!held.some((blocks) => isLimited(blocks, root)) && !services.includes(target(location) ?? "")) {
        refuse("no limit_req and no auth_request", "one of them in front of /prompt");
      }
      if (!held.some(isBounded)) {
        refuse("no client_max_body_size above 0", "a bound for bodies");
      }
    }
  }
}

/** Whether clients get through the server to something behind it: one on a socket of the machine's own has none. */
function isReached({ block }: Directive): boolean {
  const listens = block.filter(({ name }) => name === "listen");
  const isInside = listens.length > 0 && listens.every(isOnSocket);
  return all(block, "proxy_pass").length > 0 && !isInside;
}

function isOnSocket({ args }: Directive): boolean {
  return String(args[0]).startsWith("unix:");
}

function target({ block }: Directive): string | undefined {
  return all(block, "proxy_pass")[0]?.args[0];
}

/** What a configuration asks about each request: it judges by itself what it is handed. */
function deciders(root: Block): (string | undefined)[] {
  return all(root, "auth_request")
    .flatMap(({ args }) => locations(root, args[0]))
    .map(target);
}

/** The locations of a name. */
function locations(root: Block, name: string | undefined): Directive[] {
  return all(root, "location").filter(({ args }) => args.at(-1) === name);
}

/** The locations that hand a prompt on, which comes under its own name or gets it from them. */
function waysToPrompt(server: Directive): Way[] {
  const own = PROMPTS.flatMap((path) => followed(server, path));
  const others = all(server.block, "location").filter(({ block }) =>
    [...all(block, "proxy_pass"), ...all(block, "rewrite")].some(({ args }) =>
      args.some((one) => TO_PROMPT.test(one)),
    ),
  );
  const renamed = otherNames(server, own).flatMap((path) => followed(server, path));
  return [...own, ...renamed, ...others.map((location) => ({ location, through: [] }))].filter(
    ({ location }) => target(location) !== undefined,
  );
}

/** An address's server, and the path that stands in it for what the location's name has found. */
const ADDRESS = /^(\w+:\/\/[^/]+)(\/[^?$]*)?/;

/** Paths that become a prompt's for the same server: `location /comfy/ { proxy_pass http://comfyui/; }`. */
function otherNames(server: Directive, own: readonly Way[]): string[] {
  const address = (location: Directive) => ADDRESS.exec(target(location) ?? "") ?? [];
  const servers = own.map(({ location }) => address(location)[1]);
  return all(server.block, "location").flatMap((location) => {
    const [, to, path] = address(location);
    const { kind, pattern } = modified(location);
    return path !== undefined && servers.includes(to) && (kind === "" || kind === "^~")
      ? PROMPTS.filter((prompt) => prompt.startsWith(path)).map(
          (prompt) => pattern + prompt.slice(path.length),
        )
      : [];
  });
}

/**
 * The location that takes a path, and those to which it sends the path on: before its own limits hold what comes, as
 * rewrite does, or after.
 */
function followed(
  server: Directive,
  path: string,
  through: readonly Directive[] = [],
  before: readonly Directive[] = [],
): Way[] {
  const location = locationFor(server, path);
  if (location === undefined || before.includes(location)) {
    return [];
  }
  const seen = [...before, location];
  const blocks = within(server, location).map(({ block }) => block);
  const late = [
    ...all(location.block, "try_files"),
    // Only a named location gets the request as it was.
    ...effective(blocks, "error_page").filter(({ args }) => args.at(-1)?.startsWith("@")),
  ];
  return [
    { location, through },
    ...all(location.block, "rewrite").flatMap(({ args }) =>
      followed(server, rewritten(path, args), through, seen),
    ),
    ...late.flatMap(({ args }) => followed(server, String(args.at(-1)), [...through, location], seen)),
  ];
}

/** What nginx makes of a path that a pattern finds: the replacement alone, with what the pattern's groups found. */
function rewritten(path: string, [pattern = "", replacement = ""]: readonly string[]): string {
  try {
    const found = new RegExp(pattern).exec(path);
    return found === null ? path : replacement.replace(/\$(\d)/g, (_, group) => found[Number(group)] ?? "");
  } catch {
    return replacement;
  }
}

/** The directives of a name in the innermost block that has one, as nginx takes them. */
function effective(blocks: readonly Block[], name: string): Block {
  return (
    blocks.map((block) => block.filter((one) => one.name === name)).find((list) => list.length > 0) ?? []
  );
}

function checkTls(blocks: readonly Block[], refuse: Refuse): void {
  const protocols = effective(blocks, "ssl_protocols").flatMap(({ args }) => args);
  if (protocols.length === 0 || !protocols.every((one) => MODERN.includes(one))) {
    const found = protocols.length === 0 ? "no ssl_protocols" : `ssl_protocols ${protocols.join(" ")}`;
    refuse(found, "ssl_protocols TLSv1.2 TLSv1.3");
  }
  const ciphers = effective(blocks, "ssl_ciphers").flatMap(({ args }) => args);
  const taken = ciphers.flatMap((list) => list.split(/[:, ]/)).filter((one) => !/^[!-]/.test(one));
  if (taken.some((one) => one.split(/[+-]/).some((part) => WEAK_CIPHER.test(part)))) {
    refuse(`ssl_ciphers ${ciphers.join(" ")}`, "ciphers that authenticate and encrypt");
  }
  const listens = effective(blocks, "listen");
  const plain = listens.find((one) => !isOnSocket(one) && !isEncrypted(one));
  // Without any, nginx listens on port 80.
  if (plain !== undefined || listens.length === 0) {
    const found = plain === undefined ? "no listen" : `listen ${plain.args.join(" ")}`;
    refuse(found, "ssl on each listener that hands requests on");
  }
}

function isEncrypted({ args }: Directive): boolean {
  return args.includes("ssl") || args.includes("quic");
}

function isLimited(blocks: readonly Block[], root: Block): boolean {
  const isDry = effective(blocks, "limit_req_dry_run").some(({ args }) => args[0] === "on");
  const asks = effective(blocks, "auth_request").some(
    ({ args }) => args[0] !== "off" && isAnswered(root, args[0]),
  );
  const isPassedBy = effective(blocks, "satisfy").some(({ args }) => args[0] === "any");
  return (asks && !isPassedBy) || (!isDry && effective(blocks, "limit_req").length > 0);
}

function isBounded(blocks: readonly Block[]): boolean {
  const size = effective(blocks, "client_max_body_size")[0]?.args[0];
  return Number.parseInt(String(size), 10) > 0;
}

/** Whether somebody is asked: a location that answers by itself says yes to everyone. */
function isAnswered(root: Block, name: string | undefined): boolean {
  return locations(root, name).every((location) => target(location) !== undefined);
}
