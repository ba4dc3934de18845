import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** One change of a record set that was asked for. */
export interface RecordChange {
  readonly zone: string;
  readonly action: string;
  readonly name: string;
  readonly type: string;
}

/**
 * Stands between Certbot and a simulated Route 53, and publishes the TXT records it sees in pebble-challtestsrv, which
 * is what the authority asks.
 */
export async function startRoute53Bridge(listenAddress: string, route53: string, dnsAddress: string) {
  const changes: RecordChange[] = [];

  async function publish(zone: string, body: string): Promise<void> {
    const text = (element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(body)?.[1] ?? "";
    const change = { zone, action: text("Action"), name: absolute(text("Name")), type: text("Type") };
    changes.push(change);
    const path = change.action === "DELETE" ? "clear-txt" : "set-txt";
    await fetch(`http://${dnsAddress}:8055/${path}`, {
      method: "POST",
      body: JSON.stringify({ host: change.name, value: text("Value").replace(/&quot;|"/g, "") }),
    });
  }

  const server = createServer(async (incoming, outgoing) => {
    const body = await read(incoming);
    const zone = /^\/2013-04-01\/hostedzone\/([^/]+)\/rrset/.exec(incoming.url ?? "")?.[1];
    if (incoming.method === "POST" && zone !== undefined) {
      await publish(zone, body);
    }
    const { host, connection, "content-length": _, "transfer-encoding": __, ...headers } = incoming.headers;
    const answer = await fetch(`${route53}${incoming.url}`, {
      method: incoming.method,
      headers: headers as Record<string, string>,
      ...(body === "" ? {} : { body }),
    });
    outgoing.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/xml" });
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, listenAddress, resolve));
  return {
    /** Endpoint for AWS_ENDPOINT_URL_ROUTE_53. */
    url: `http://${listenAddress}:${(server.address() as AddressInfo).port}`,
    changes,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function absolute(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}
