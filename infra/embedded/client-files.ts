import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "./state";
import { isRecord, type Properties } from "./values";

/** What a client's credentials are written to: output key to file name. */
const FILES: Record<string, string> = {
  apiKey: "api-key",
  previousApiKey: "previous-api-key",
  jwtSecret: "jwt-secret",
  jwtKeyId: "jwt-key-id",
  username: "username",
  password: "password",
  certificate: "client.crt",
  privateKey: "client.key",
  expires: "expires",
};

/**
 * Writes `.comfy/outputs.json` (exactly the stack's outputs, secrets included) and a folder for each client, and removes
 * the folders of clients that are gone. Files are 0600, folders 0700.
 */
export function writeClientFiles(folder: string, outputs: Properties): void {
  writeFileAtomically(join(folder, "outputs.json"), `${JSON.stringify(outputs, null, 2)}\n`);
  const clients = isRecord(outputs.clients) ? outputs.clients : {};
  const all = join(folder, "clients");
  privateFolder(all);
  for (const name of readdirSync(all)) {
    if (!Object.hasOwn(clients, name)) rmSync(join(all, name), { recursive: true, force: true });
  }
  for (const [name, credentials] of Object.entries(clients)) {
    const own = join(all, name);
    privateFolder(own);
    // No newline at the end: "$(cat api-key)" and tools that read the whole file must see the same.
    if (typeof outputs.caCertificate === "string")
      writeFileAtomically(join(own, "ca.crt"), outputs.caCertificate);
    for (const [key, file] of Object.entries(FILES)) {
      const value = isRecord(credentials) ? credentials[key] : undefined;
      if (typeof value === "string") writeFileAtomically(join(own, file), value);
      else rmSync(join(own, file), { force: true });
    }
  }
}

/** Removes what `writeClientFiles` wrote. */
export function removeClientFiles(folder: string): void {
  rmSync(join(folder, "clients"), { recursive: true, force: true });
  rmSync(join(folder, "outputs.json"), { force: true });
}

function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}
