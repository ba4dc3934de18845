import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { opensshForms } from "../../infra/plan/openssh";

it("OpenSSH itself reads the made-up key, and finds the same public key in it", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const forms = opensshForms(String(privateKey.export({ type: "pkcs8", format: "pem" })));
  const folder = mkdtempSync(join(tmpdir(), "comfy-openssh-"));
  try {
    const file = join(folder, "key");
    writeFileSync(file, forms.privateKeyOpenssh, { mode: 0o600 });
    const shown = execFileSync("ssh-keygen", ["-y", "-P", "", "-f", file], { encoding: "utf8" });
    expect(shown.trim()).toBe(forms.publicKeyOpenssh.trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
