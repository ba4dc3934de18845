import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";

it("a command's whole output reaches a reader that is slower than it", async () => {
  const script =
    'require("./infra/embedded/cli").runCommand(async () => console.log("x".repeat(300_000) + "end"))';
  const child = spawn(process.execPath, ["--import", "tsx", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // A pipe holds 64 KiB; the command ends long before this reader looks.
  await sleep(3_000);
  let output = "";
  for await (const text of child.stdout.setEncoding("utf8")) output += text;
  expect(output.length).toBe(300_004);
});
