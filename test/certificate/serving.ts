import { setTimeout as sleep } from "node:timers/promises";
import { connect, type PeerCertificate } from "node:tls";

/** The certificate that a TLS server shows. */
export function shownCertificate(address: string, host: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: 8443,
      servername: host,
      rejectUnauthorized: false,
      timeout: 5000,
    });
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate());
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy(new Error("no handshake within 5 s")));
    socket.once("error", reject);
  });
}

/** Shakes hands with a server again and again, and remembers what it saw. */
export class ServingWatch {
  /** Handshakes that failed, after the first that did not. */
  readonly failures: string[] = [];
  /** Fingerprints in the order of their appearance, each change once. */
  readonly fingerprints: string[] = [];
  handshakes = 0;
  #running = true;
  readonly #done: Promise<void>;

  constructor(address: string, host: string) {
    this.#done = this.#run(address, host);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  async #run(address: string, host: string): Promise<void> {
    while (this.#running) {
      try {
        const { fingerprint256 } = await shownCertificate(address, host);
        this.handshakes++;
        if (this.fingerprints.at(-1) !== fingerprint256) {
          this.fingerprints.push(fingerprint256);
        }
      } catch (error) {
        if (this.handshakes > 0) {
          this.failures.push((error as Error).message);
        }
      }
      await sleep(50);
    }
  }
}
