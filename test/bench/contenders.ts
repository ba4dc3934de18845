import type { AuthorizerClient } from "../../components/gateway/authorizer/render";
import { PORT } from "../../components/shared/pod-layout";
import { digest, newKey, UNLIMITED } from "../support/gateway-pod";
import { AUDIENCE, ISSUER, token, tokenSigner } from "../support/tokens";
import { bareProxy, caddyfile, haproxyConfig, LAB_FOLDER, LAB_PORT } from "./configs";
import { GATEWAY, Lab, type Load } from "./lab";
import type { Target } from "./table";
import { promptBody } from "./workflow";

/** One line of the table: who is measured where, under what load. */
export interface Contender {
  readonly title: string;
  readonly lab: Lab;
  readonly load: Load;
  /** Titles of the contenders that it is compared with. */
  readonly comparedWith?: readonly string[];
  readonly target?: Target;
}

/** Those whose title has the text, and those that they are compared with. */
export function chosen<Titled extends Pick<Contender, "title" | "comparedWith">>(
  contenders: readonly Titled[],
  text: string,
): Titled[] {
  const asked = contenders.filter(({ title }) => title.includes(text));
  const titles = new Set(asked.flatMap(({ title, comparedWith = [] }) => [title, ...comparedWith]));
  return contenders.filter(({ title }) => titles.has(title));
}

export const MANY_CLIENTS = 10_000;
const PROMPT_BYTES = 60_000;
/** A route that every role may use and nginx serves itself; the static upstream answers everything alike. */
const TARGET = "/system_stats";
const BARE = "bare";
/** As nginx comes: its access log is on, and in a container goes to standard output. */
const LOGGING = "bare with access log";

/** Clients with an API key each, and the headers that present the keys. */
export function keyHolders(count: number): { clients: AuthorizerClient[]; credentials: string[] } {
  const keys = Array.from({ length: count }, newKey);
  return {
    clients: keys.map((key, index) => ({
      name: `client-${index}`,
      role: "user",
      methods: ["apiKey", "jwt"],
      apiKeyDigests: [digest(key)],
      ...UNLIMITED,
    })),
    credentials: keys.map((key) => `X-API-Key: ${key}`),
  };
}

/** Starts the labs whose upstream is a static answer, and says what is to be measured in them. */
export async function startContest(labs: Lab[], signal: AbortSignal): Promise<Contender[]> {
  const one = keyHolders(1);
  const many = keyHolders(MANY_CLIENTS);
  const signers = (["HS256", "ES256"] as const).map((algorithm) =>
    tokenSigner(algorithm.toLowerCase(), algorithm, "client-0", "user"),
  );
  const jwt = { keys: signers.map(({ jwtKey }) => jwtKey) };
  const started = async (settings: Parameters<typeof Lab.start>[0]) => {
    const lab = await Lab.start(settings, signal);
    labs.push(lab);
    return lab;
  };
  const lab = await started({ authorizer: { clients: one.clients, jwt } });
  const forgetful = await started({ authorizer: { clients: one.clients, jwt }, remembers: false });
  const crowded = await started({ authorizer: { clients: many.clients } });
  const crowdedForgetful = await started({ authorizer: { clients: many.clients }, remembers: false });

  const bearers = signers.map((signer) => ({
    name: `JWT ${signer.algorithm}`,
    credentials: [`Authorization: Bearer ${token(signer)}`],
  }));
  const get = (contender: string, port: number, credentials: readonly string[]): Load => ({
    containers: [contender],
    url: `https://localhost:${port}`,
    target: TARGET,
    credentials,
  });
  const ours = (credentials: readonly string[]): Load => ({ ...GATEWAY, target: TARGET, credentials });

  for (const [part, accessLog] of [
    ["bare", "off"],
    ["logging", "/dev/stdout"],
  ] as const) {
    lab.write(`${part}.conf`, bareProxy(LAB_PORT[part], accessLog));
    lab.add(part, ["nginx", "-c", `${LAB_FOLDER}/${part}.conf`]);
  }
  const password = newKey();
  const hash = await lab.exec("tools", ["caddy", "hash-password", "--plaintext", password]);
  lab.write("Caddyfile", caddyfile("bench", hash.stdout.trim()));
  const caddy = ["caddy", "run", "--adapter", "caddyfile", "--config", `${LAB_FOLDER}/Caddyfile`];
  // One worker, as the others.
  lab.add("caddy", caddy, ["--env", "GOMAXPROCS=1", "--env", "HOME=/tmp"]);
  const es256 = signers[1];
  lab.write("es256.pem", es256?.jwtKey.key ?? "");
  lab.write("haproxy.cfg", haproxyConfig(ISSUER, AUDIENCE));
  lab.add("haproxy", ["haproxy", "-W", "-db", "-f", `${LAB_FOLDER}/haproxy.cfg`]);

  const named = [{ name: "API key", credentials: one.credentials }, ...bearers];
  const prompt = { target: "/prompt", body: promptBody(PROMPT_BYTES) };
  const postedPrompt = "bare, 60 KB POST";
  return [
    { title: BARE, lab, load: get("bare", LAB_PORT.bare, [""]) },
    { title: LOGGING, lab, load: get("logging", LAB_PORT.logging, [""]), comparedWith: [BARE] },
    ...named.map(
      ({ name, credentials }): Contender => ({
        title: `${name}, verdict remembered`,
        lab,
        load: ours(credentials),
        comparedWith: [BARE, LOGGING],
        target: { ratio: 0.78 },
      }),
    ),
    ...named.map(
      ({ name, credentials }): Contender => ({
        title: `${name}, asked every time`,
        lab: forgetful,
        load: ours(credentials),
        comparedWith: [BARE, LOGGING],
        target: { ratio: 0.4 },
      }),
    ),
    {
      title: "API key of 10,000 clients, verdict remembered",
      lab: crowded,
      load: ours(many.credentials),
      comparedWith: ["API key, verdict remembered"],
      target: { ratio: 0.95 },
    },
    {
      title: "API key of 10,000 clients, asked every time",
      lab: crowdedForgetful,
      load: ours(many.credentials),
      comparedWith: ["API key, asked every time"],
      target: { ratio: 0.95 },
    },
    { title: postedPrompt, lab, load: { ...get("bare", LAB_PORT.bare, [""]), ...prompt } },
    {
      title: "60 KB /prompt, inspected",
      lab,
      load: { ...ours(one.credentials), ...prompt },
      comparedWith: [postedPrompt],
      target: { requestsPerSecond: 2000 },
    },
    {
      title: "Caddy, basic auth (bcrypt)",
      lab,
      load: get("caddy", LAB_PORT.caddy, [
        `Authorization: Basic ${Buffer.from(`bench:${password}`).toString("base64")}`,
      ]),
      comparedWith: [BARE, LOGGING],
    },
    {
      title: "HAProxy, JWT ES256",
      lab,
      load: get("haproxy", LAB_PORT.haproxy, bearers[1]?.credentials ?? []),
      comparedWith: [BARE, LOGGING],
    },
  ];
}

/** An upstream with ComfyUI's own API. */
export interface Upstream {
  readonly name: string;
  readonly image: string;
}

/** /object_info of ComfyUI itself and through the gateway. */
export async function startInventory(
  labs: Lab[],
  { name, image }: Upstream,
  signal: AbortSignal,
): Promise<Contender[]> {
  const { clients, credentials } = keyHolders(1);
  const lab = await Lab.start({ authorizer: { clients }, upstreamImage: image }, signal);
  labs.push(lab);
  await lab.upstreamAnswers(signal);
  const target = "/object_info";
  const own = `/object_info of the ${name} itself`;
  const direct = { containers: ["upstream"], url: `http://127.0.0.1:${PORT.comfyui}` };
  return [
    { title: own, lab, load: { ...direct, target, credentials: [""] } },
    {
      title: `/object_info of the ${name}, through the gateway`,
      lab,
      load: { ...GATEWAY, target, credentials },
      comparedWith: [own],
      target: { ratio: 10 },
    },
  ];
}
