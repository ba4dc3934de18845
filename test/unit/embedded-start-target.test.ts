/** `npm start` with a stack that is not for this machine. */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyProject, type ProjectCopy } from "../support/project-copy";

let project: ProjectCopy;

beforeAll(() => {
  project = copyProject();
});
afterAll(() => project.remove());

it("npm start refuses the target aws before it does anything", () => {
  const settings = {
    target: "aws",
    domain: "comfy.example.com",
    allowedCidrs: ["198.51.100.0/24"],
    adminCidrs: ["203.0.113.7"],
    monitoring: { email: "ops@example.com" },
  };
  const config = Object.entries(settings).map(([key, value]) => [`comfy-fortress:${key}`, value]);
  writeFileSync(
    join(project.folder, "Pulumi.local.yaml"),
    JSON.stringify({ config: Object.fromEntries(config) }),
  );
  const run = spawnSync(process.execPath, ["--import", "tsx", "infra/embedded/start.ts"], {
    cwd: project.folder,
    encoding: "utf8",
    env: { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock", INIT_CWD: project.folder },
  });
  expect(run.stderr).toContain(
    'npm start is for this machine only, and target is "aws". Use pulumi up for that stack (README), ' +
      "or set comfy-fortress:target to local.",
  );
  expect(run.status).toBe(2);
  expect(existsSync(join(project.folder, ".comfy"))).toBe(false);
});
