/**
 * Opens WebSockets through the gateway, says so, and keeps them open until it is ended. Runs in the lab.
 * Arguments: URL, file of credentials (one header a line), sockets for each of them. Fails when one does not open or
 * does not stay open.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";

const [url = "", credentials = "", perClient = "1"] = process.argv.slice(2);

function open(name: string, value: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { headers: { [name]: value }, rejectUnauthorized: false };
    const socket = new WebSocket(`${url}?clientId=${randomUUID()}`, options);
    socket.on("open", resolve);
    socket.on("error", reject);
    socket.on("close", (code, reason) => fail(new Error(`a socket was closed: ${code} ${reason}`)));
  });
}

function fail(error: Error): void {
  console.error(error.message);
  process.exit(1);
}

async function main(): Promise<void> {
  let count = 0;
  for (const line of readFileSync(credentials, "utf8").trim().split("\n")) {
    const [name = "", value = ""] = line.split(": ");
    await Promise.all(Array.from({ length: Number(perClient) }, () => open(name, value)));
    count += Number(perClient);
  }
  console.log(`open ${count}`);
}

main().catch(fail);
