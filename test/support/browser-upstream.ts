/**
 * Stands where ComfyUI stands for a browser: a small front end, hashed files and all; files that an older ComfyUI would
 * have let a browser run; and the stand-in behind them. Records every request, as recording-upstream.ts does.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { createStandIn } from "../../components/comfyui/stand-in/server";

const UPSTREAM_PORT = 8188;
const CONTROL_PORT = 8199;
const STAND_IN_PORT = 8189;

let hits: { method: string; target: string; headers: IncomingMessage["headers"] }[] = [];
let openSockets = 0;

/** As a bundler writes them: hashed names, and large enough to be worth compressing. */
const PADDING = Array.from({ length: 4000 }, (_, line) => `/* line ${line} of a bundle */`).join("\n");

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>front end of the test</title>
<link rel="stylesheet" href="/assets/index-Cx81KqPz.css">
<link rel="stylesheet" href="/user.css">
<script type="module" crossorigin src="/assets/index-BKeTeXLp.js"></script>
</head>
<body><h1>front end of the test</h1></body>
</html>
`;

/** What ComfyUI's front end does: a socket, a prompt, its progress, its picture. */
const SCRIPT = `${PADDING}
const violations = [];
document.addEventListener("securitypolicyviolation", ({ blockedURI }) => violations.push(blockedURI));
const graph = {
  1: { class_type: "EmptyImage", inputs: { width: 320, height: 200, batch_size: 1, color: 255 } },
  2: { class_type: "SaveImage", inputs: { filename_prefix: "browser", images: ["1", 0] } },
};
async function run(clientId) {
  const socket = new WebSocket("wss://" + location.host + "/ws?clientId=" + clientId);
  const types = [];
  await new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error("the socket was refused"));
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(data);
      types.push(type);
      if (type === "execution_success") resolve();
      if (types.length === 1) submit(clientId).catch(reject);
    };
  });
  socket.close();
  // The history has it a moment after the socket has said so.
  let entry;
  while (!entry) entry = (await (await fetch("/api/history/" + window.promptId)).json())[window.promptId];
  const [{ filename, type }] = entry.outputs[2].images;
  const picture = new Image();
  picture.src = "/api/view?filename=" + encodeURIComponent(filename) + "&type=" + type;
  await picture.decode();
  return { types, size: [picture.naturalWidth, picture.naturalHeight] };
}
async function submit(clientId) {
  const answer = await fetch("/api/prompt", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_id: clientId, prompt: graph }),
  });
  if (!answer.ok) throw new Error("the prompt was answered with " + answer.status + " " + (await answer.text()));
  window.promptId = (await answer.json()).prompt_id;
}
window.ui = { run, violations };
`;

/** Runs where a browser lets it: shown by the title, and by a request. */
const HOSTILE_SCRIPT = `document.title = "it ran"; parent.document.title = "it ran"; fetch("/api/embeddings?it-ran")`;

/** What an older ComfyUI serves from /view and /userdata as what it is. */
const HOSTILE: Readonly<Record<string, [type: string, text: string]>> = {
  "evil.html": ["text/html", `<!doctype html><script>${HOSTILE_SCRIPT}</script>`],
  "evil.htm": ["text/html; charset=utf-8", `<body onload='${HOSTILE_SCRIPT}'>`],
  "evil.xhtml": [
    "application/xhtml+xml",
    `<html xmlns="http://www.w3.org/1999/xhtml"><script>${HOSTILE_SCRIPT}</script></html>`,
  ],
  "evil.svg": [
    "image/svg+xml",
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><script>${HOSTILE_SCRIPT}</script></svg>`,
  ],
  "evil.xml": ["text/xml", `<x:script xmlns:x="http://www.w3.org/1999/xhtml">${HOSTILE_SCRIPT}</x:script>`],
  "evil.js": ["text/javascript", HOSTILE_SCRIPT],
  // No type and a picture's name: a browser that sniffs takes it for HTML.
  "evil.png": ["", `<!doctype html><script>${HOSTILE_SCRIPT}</script>`],
};

const FILES: Readonly<Record<string, [type: string, text: string]>> = {
  "/": ["text/html", PAGE],
  "/assets/index-BKeTeXLp.js": ["text/javascript", SCRIPT],
  "/assets/index-Cx81KqPz.css": ["text/css", `${PADDING}\nh1 { color: rgb(1, 2, 3); }`],
  "/user.css": ["text/css", "body { margin: 7px; }"],
};

function own(target: string): [type: string, text: string] | undefined {
  const { pathname, searchParams } = new URL(target, "http://upstream");
  const isView = /^(?:\/api)?\/view$/.test(pathname);
  return isView ? HOSTILE[searchParams.get("filename") ?? ""] : FILES[pathname];
}

const server = createServer((incoming: IncomingMessage, response: ServerResponse) => {
  record(incoming);
  const { url = "/", method, headers } = incoming;
  const file = own(url);
  if (file) {
    const [type, text] = file;
    response
      .writeHead(200, { ...(type !== "" && { "Content-Type": type }), ETag: `"${text.length}"` })
      .end(text);
    return;
  }
  const onward = request({ port: STAND_IN_PORT, path: url, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  incoming.pipe(onward);
});

server.on("upgrade", (incoming: IncomingMessage, socket, head) => {
  record(incoming);
  openSockets++;
  const onward = connect(STAND_IN_PORT, "127.0.0.1", () => {
    const lines = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  socket.on("close", () => {
    openSockets--;
    onward.destroy();
  });
  socket.on("error", () => onward.destroy());
  onward.on("error", () => socket.destroy());
  onward.on("close", () => socket.destroy());
});

function record({ method = "", url = "", headers }: IncomingMessage): void {
  hits.push({ method, target: url, headers });
}

const control = createServer(({ method }, response) => {
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ hits, openSockets }));
  if (method === "DELETE") hits = [];
});

void createStandIn({ baseDirectory: "/tmp/stand-in", stepMilliseconds: 1 }).listen(
  STAND_IN_PORT,
  "127.0.0.1",
);
server.listen(UPSTREAM_PORT, "127.0.0.1");
control.listen(CONTROL_PORT, "0.0.0.0");
