import { execFileSync, execSync } from "node:child_process";
import { DEFAULT_BASE_IMAGE } from "../../infra/settings";
import { docker } from "./docker";

/**
 * Makes a stack's base image and gives its tag. Half a minute of debootstrap is spent once on a machine: later stacks
 * get a copy of what is there. A copy, not a tag: an image that others stand on could not be removed with its stack.
 */
export function baseImageFor(stack: string): string {
  const tag = `comfy-${stack}-base:trixie`;
  const names = docker(
    "image",
    "ls",
    "--format",
    "{{.Repository}}:{{.Tag}}",
    "--filter",
    "label=comfy-fortress.base-origin",
  );
  const made = names.split("\n").filter((name) => name.endsWith("-base:trixie"));
  if (made[0] !== undefined && !made.includes(tag)) {
    copyImage(made[0], tag, stack);
  }
  // Finds the copy by its labels; makes the image where there was none to copy.
  return execFileSync("sh", ["components/docker-host/base-image.sh"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BASE_IMAGE_REFERENCE: DEFAULT_BASE_IMAGE, LOCAL_TAG: tag, STACK: stack },
  }).trim();
}

function copyImage(from: string, to: string, stack: string): void {
  const labels = {
    "comfy-fortress.stack": stack,
    "comfy-fortress.base-reference": DEFAULT_BASE_IMAGE,
    "comfy-fortress.base-origin": "copy",
  };
  const change = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const container = docker("create", "--label", `comfy-fortress.stack=${stack}`, from, "true");
  try {
    execSync(`docker export ${container} | docker import --change 'LABEL ${change.join(" ")}' - ${to}`, {
      stdio: ["ignore", "ignore", "pipe"],
    });
  } finally {
    docker("rm", container);
  }
}
