import { readFileSync, rmSync } from "node:fs";
import { IMAGE_FILES, resolveSource, stageCheckout } from "../../components/comfyui/source";
import { stageBuildContext } from "../../components/shared/build-context";
import { bundle } from "../../components/shared/bundle";
import { runProcess } from "../../infra/embedded/run-process";
import { gatewayImages } from "../support/gateway-images";
import type { Upstream } from "./contenders";
import { BENCH_STACK } from "./lab";

const STAND_IN = "components/comfyui/stand-in";
const IMAGE = "components/comfyui/image";

/** The image of the stand-in. */
export function standIn(signal: AbortSignal): Promise<Upstream> {
  const context = stageBuildContext(BENCH_STACK, "stand-in", {
    Dockerfile: { copyOf: `${STAND_IN}/Dockerfile` },
    "stand-in.js": bundle(`${STAND_IN}/main.ts`),
  });
  return build("stand-in", context, { SOURCE: "stand-in", COMMIT: "stand-in" }, signal);
}

/** The image of a checkout, for the CPU. */
export function checkout(path: string, signal: AbortSignal): Promise<Upstream> {
  const source = resolveSource(path, "");
  if (source.kind !== "checkout") throw new Error(`COMFYUI_SOURCE is "${path}": name a checkout of ComfyUI`);
  const files = Object.fromEntries(IMAGE_FILES.map((file) => [file, { copyOf: `${IMAGE}/${file}` }]));
  const ca = process.env.SSL_CERT_FILE ? readFileSync(process.env.SSL_CERT_FILE, "utf8") : "";
  const context = stageBuildContext(BENCH_STACK, "comfyui", { ...files, "build-ca.crt": ca }, "source");
  stageCheckout(source.path, `${context}/source`);
  return build("comfyui", context, { SOURCE: "checkout", COMMIT: source.commit, ACCELERATOR: "cpu" }, signal);
}

async function build(
  part: string,
  context: string,
  buildArgs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Upstream> {
  const image = `comfy-${BENCH_STACK}-${part}:latest`;
  const all = { BASE_IMAGE: gatewayImages().base, STACK: BENCH_STACK, ...buildArgs };
  const args = Object.entries(all).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  const { code, output } = await runProcess(
    "docker",
    ["build", "--quiet", ...args, "--tag", image, context],
    {
      signal,
    },
  );
  rmSync(context, { recursive: true, force: true });
  if (code !== 0) throw new Error(`the image of the ${part} could not be built:\n${output}`);
  return { name: part === "comfyui" ? `ComfyUI ${buildArgs.COMMIT}` : part, image };
}
