import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly needs?: string;
  readonly strategy?: { readonly matrix: { readonly stack: unknown } };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly "timeout-minutes"?: number;
}

const FOLDER = ".github/workflows";
const FILES = readdirSync(FOLDER);
const text = (file: string) => readFileSync(join(FOLDER, file), "utf8");
const jobs = FILES.flatMap((file) =>
  Object.entries(parse(text(file)).jobs as Record<string, Job>).map(
    ([name, job]) => [`${file} ${name}`, job] as const,
  ),
);

/** Every permission to write that a job may have: the one that publishes runs none of the pull request's code. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  "pull-request.yml publish": ["pull-requests", "security-events"],
  "pull-request.yml preview": ["id-token"],
  "drift.yml drift": ["id-token"],
};

describe.each(FILES)("%s", (file) => {
  it("gives nothing to a job that does not ask for it", () => {
    expect(parse(text(file)).permissions).toEqual({});
  });

  it("never runs a stranger's code with the repository's rights", () => {
    expect(Object.keys(parse(text(file)).on)).not.toContain("pull_request_target");
    expect(Object.keys(parse(text(file)).on)).not.toContain("workflow_run");
  });

  it("pins every action by its commit, with the version beside it", () => {
    const uses = text(file)
      .split("\n")
      .filter((line) => /^\s*(- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("holds no stored secret", () => {
    expect(text(file)).not.toMatch(/secrets\s*[.[]/);
  });
});

describe.each(jobs)("%s", (name, job) => {
  it("may read, and write only what it must", () => {
    const { permissions = {} } = job;
    expect(job.permissions).toBeDefined();
    expect(Object.values(permissions).every((level) => ["read", "write"].includes(level))).toBe(true);
    const writes = Object.keys(permissions).filter((one) => permissions[one] === "write");
    expect(writes.sort()).toEqual([...(WRITES[name] ?? [])].sort());
  });

  it("puts no expression into a shell line, keeps no token on disk, and ends", () => {
    for (const step of job.steps) {
      expect(step.run ?? "").not.toContain("${{");
      if (step.uses?.startsWith("actions/checkout@")) expect(step.with?.["persist-credentials"]).toBe(false);
      expect(String(step.with?.script ?? "")).not.toContain("${{");
    }
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });
});

it("publishes without running the pull request's code", () => {
  const publish = jobs.find(([name]) => name === "pull-request.yml publish")?.[1];
  expect(
    publish?.steps.every(({ run, uses }) => run === undefined && !uses?.startsWith("actions/checkout@")),
  ).toBe(true);
});

describe("every environment", () => {
  it("is planned, previewed and looked at for drift", () => {
    const each = jobs.filter(([, { strategy }]) => strategy !== undefined);
    expect(each.map(([name]) => name)).toEqual([
      "drift.yml drift",
      "pull-request.yml policy",
      "pull-request.yml preview",
    ]);
    for (const [, { needs, strategy }] of each) {
      expect(needs).toBe("environments");
      expect(strategy?.matrix.stack).toMatch(
        /^\$\{\{ fromJSON\(needs\.environments\.outputs\.stacks\) \}\}$/,
      );
    }
  });

  it.each(jobs.filter(([name]) => name.endsWith(" environments")))("has a settings file: %s", (_, job) => {
    const folder = mkdtempSync(join(tmpdir(), "comfy-environments-"));
    try {
      const files = [
        "Pulumi.yaml",
        "Pulumi.README.yaml",
        "Pulumi.aws.yaml",
        "Pulumi.eu-1.yaml",
        "Pulumi.$(x).yaml",
      ];
      for (const file of files) writeFileSync(join(folder, file), "");
      const output = join(folder, "output");
      const env = { ...process.env, GITHUB_OUTPUT: output };
      const { status } = spawnSync("bash", ["-e", "-c", job.steps.at(-1)?.run ?? ""], { cwd: folder, env });
      expect([status, readFileSync(output, "utf8")]).toEqual([0, 'stacks=["aws","eu-1"]\n']);
      spawnSync("bash", ["-e", "-c", job.steps.at(-1)?.run ?? ""], { env });
      expect(readFileSync(output, "utf8").split("\n")[1]).toMatch(/"local"/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
