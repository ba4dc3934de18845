/** The WebSocket side: one socket a client id, ComfyUI's JSON messages and binary previews. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { parseJson, stringifyJson, type Writable } from "./json";

/** protocol.py's BinaryEventTypes */
const PREVIEW_IMAGE = 1;
const PREVIEW_IMAGE_WITH_METADATA = 4;
/** the image format in a PREVIEW_IMAGE message: 1 is JPEG, 2 is PNG */
const FORMAT_PNG = 2;
/** aiohttp's limit for a message from a client */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const GOING_AWAY = 1001;

/** The feature flags of GET /features and of the negotiation on a socket. */
export const SERVER_FEATURES = {
  supports_preview_metadata: true,
  max_upload_size: 100 * 1024 * 1024,
} as const;

interface Client {
  readonly socket: WebSocket;
  previewMetadata: boolean;
}

/** Where a socket that connects in the middle of a run learns what its client is doing. */
export interface SocketState {
  queueInfo(): Writable;
  /** the node now running for this client, or undefined */
  runningNode(clientId: string): string | undefined;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export class Sockets {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  private readonly clients = new Map<string, Client>();

  constructor(private readonly state: SocketState) {}

  /** Takes over a connection that asked for /ws. `clientId` "" gets one made up, as in ComfyUI. */
  accept(request: IncomingMessage, connection: Duplex, head: Buffer, clientId: string): void {
    this.server.handleUpgrade(request, connection, head, (socket) => {
      const id = clientId || randomUUID().replaceAll("-", "");
      const client: Client = { socket, previewMetadata: false };
      // The newest socket of a client id gets its messages; an older one stays open and hears nothing more.
      this.clients.set(id, client);
      // As in ComfyUI, the end of *any* socket of this id, an overtaken one too, silences the id.
      socket.on("close", () => this.clients.delete(id));
      socket.on("error", () => socket.terminate());
      let isFirst = true;
      socket.on("message", (data, isBinary) => {
        if (isBinary) return;
        if (isFirst) this.negotiate(id, client, String(data));
        isFirst = false;
      });
      this.send("status", { status: this.state.queueInfo(), sid: id }, id);
      const node = this.state.runningNode(id);
      if (node !== undefined) this.send("executing", { node }, id);
    });
  }

  private negotiate(id: string, client: Client, text: string): void {
    let message: unknown;
    try {
      message = parseJson(text);
    } catch {
      return;
    }
    if (!(message instanceof Map) || message.get("type") !== "feature_flags") return;
    const flags: unknown = message.get("data");
    client.previewMetadata = flags instanceof Map && flags.get("supports_preview_metadata") === true;
    this.send("feature_flags", SERVER_FEATURES, id);
  }

  /** To the socket of `clientId` if there is one; to all where it is undefined. */
  send(type: string, data: Writable, clientId: string | undefined): void {
    this.deliver(stringifyJson({ type, data }), clientId);
  }

  /** A preview picture, in the form that the client has asked for. */
  sendPreview(png: Buffer, metadata: Readonly<Record<string, Writable>>, clientId: string | undefined): void {
    if (clientId !== undefined && this.clients.get(clientId)?.previewMetadata) {
      const text = Buffer.from(stringifyJson({ ...metadata, image_type: "image/png" }));
      this.deliver(
        Buffer.concat([uint32(PREVIEW_IMAGE_WITH_METADATA), uint32(text.length), text, png]),
        clientId,
      );
    } else {
      this.deliver(Buffer.concat([uint32(PREVIEW_IMAGE), uint32(FORMAT_PNG), png]), clientId);
    }
  }

  private deliver(message: string | Buffer, clientId: string | undefined): void {
    if (clientId === undefined) {
      for (const { socket } of this.clients.values()) socket.send(message);
    } else {
      this.clients.get(clientId)?.socket.send(message);
    }
  }

  /** Closes every socket, overtaken ones too. */
  close(): void {
    for (const socket of this.server.clients) {
      socket.close(GOING_AWAY);
      socket.terminate();
    }
  }
}
