// Runs one of our TypeScript programs: checks Node, installs the dependencies when they are missing or out of date, and
// hands over. Usage: node bootstrap.mjs <file.ts> [arguments]. Needs nothing but Node.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const NEEDED = [20, 19];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(
    `This needs Node.js ${NEEDED.join(".")} or newer; this is ${process.versions.node}. On Debian: apt-get install nodejs npm, or see nodejs.org.`,
  );
  process.exit(1);
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);
installDependencies();
handOver(process.argv.slice(2));

/** Installs exactly what package-lock.json says, unless npm's own record of what it installed says the same. */
function installDependencies() {
  if (isInstalled()) return;
  refuseLinkedFolder();
  console.log("Installing dependencies (npm ci) ...");
  const { status, signal } = spawnSync("npm", ["ci", "--no-audit", "--no-fund"], { stdio: "inherit" });
  if (signal) process.exit(130);
  if (status === 0) return;
  console.error("The dependencies could not be installed (see above). Is npm's registry reachable?");
  process.exit(1);
}

/** npm ci begins by emptying the folder: through a link it would empty one that others may be using. */
function refuseLinkedFolder() {
  const folder = lstatSync("node_modules", { throwIfNoEntry: false });
  if (!folder?.isSymbolicLink()) return;
  console.error(
    `node_modules is a link to ${readlinkSync("node_modules")}, whose packages are not those of package-lock.json. npm ci would empty that folder, so nothing was installed. Remove the link (rm node_modules) and run this again, or run npm ci where it points.`,
  );
  process.exit(1);
}

function isInstalled() {
  if (!existsSync("node_modules/.package-lock.json")) return false;
  const packages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
  const installed = packages("node_modules/.package-lock.json");
  return Object.entries(packages("package-lock.json")).every(
    // An optional package may be for another kind of machine.
    ([path, wanted]) =>
      path === "" || (installed[path]?.version ?? (wanted.optional && wanted.version)) === wanted.version,
  );
}

/** Runs the program in a child that understands TypeScript; signals go to it, its exit code becomes ours. */
function handOver(args) {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
