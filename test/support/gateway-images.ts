import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../components/shared/bundle";
import { baseImageFor } from "./base-image";
import { docker } from "./docker";

/** Everything the suite makes in Docker carries this stack's label. */
export const TEST_STACK = "gateway-test";

export interface GatewayImages {
  base: string;
  nginx: string;
  authorizer: string;
}

/** Builds both images of the gateway once for each state of their sources; later calls find them by that. */
export function gatewayImages(): GatewayImages {
  const base = baseImageFor(TEST_STACK);
  return {
    base,
    nginx: image("nginx", base, ["Dockerfile", "entrypoint", "apply-config"], {
      "install-certificate": readFileSync("components/certificate/gateway-side/install-certificate", "utf8"),
    }),
    authorizer: image("authorizer", base, ["Dockerfile"], {
      "authorizer.js": bundle("components/gateway/authorizer/main.ts"),
    }),
  };
}

function image(part: string, base: string, sources: string[], made: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "gateway-image-"));
  try {
    for (const source of sources) copyFileSync(`components/gateway/${part}/${source}`, join(folder, source));
    for (const [name, content] of Object.entries({ "build-ca.crt": "", ...made })) {
      writeFileSync(join(folder, name), content);
    }
    const content = readdirSync(folder)
      .sort()
      .map((name) => `${name}\0${readFileSync(join(folder, name), "latin1")}\0`);
    const hash = createHash("sha256").update(base).update(content.join("")).digest("hex").slice(0, 16);
    const tag = `comfy-${TEST_STACK}-${part}:${hash}`;
    if (docker("image", "ls", "--quiet", tag) === "") {
      const outdated = docker(
        "image",
        "ls",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        `comfy-${TEST_STACK}-${part}`,
      );
      const args = ["--build-arg", `BASE_IMAGE=${base}`, "--build-arg", `STACK=${TEST_STACK}`];
      docker("build", "--quiet", ...args, "--tag", tag, folder);
      // One that a run beside this one still uses stays.
      spawnSync("docker", ["image", "rm", ...outdated.split("\n")], { stdio: "ignore" });
    }
    return tag;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
