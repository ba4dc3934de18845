/** What the tests of bootstrap.mjs hand over to: tells its arguments and folder, then ends as TEST_END says. */
const end: string = process.env.TEST_END ?? "0";
console.log(JSON.stringify({ args: process.argv.slice(2), folder: process.cwd() }));
if (end === "wait") {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      console.log(signal);
      process.exit(130);
    });
  }
  setInterval(() => {}, 1000);
} else if (end === "killed") process.kill(process.pid, "SIGKILL");
else process.exit(Number(end));
