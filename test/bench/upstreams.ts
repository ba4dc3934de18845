import { rmSync } from "node:fs";
import { stageContext } from "../../components/comfyui/context";
import { resolveSource } from "../../components/comfyui/source";
import { runProcess } from "../../infra/embedded/run-process";
import { gatewayImages } from "../support/gateway-images";
import type { Upstream } from "./contenders";
import { BENCH_STACK } from "./lab";

/** The image of the stand-in. */
export function standIn(signal: AbortSignal): Promise<Upstream> {
  const context = stage(resolveSource("stand-in", ""));
  return build("stand-in", context, { SOURCE: "stand-in", COMMIT: "stand-in" }, signal);
}

/** The image of a checkout, for the CPU. */
export function checkout(path: string, signal: AbortSignal): Promise<Upstream> {
  const source = resolveSource(path, "");
  if (source.kind !== "checkout") throw new Error(`COMFYUI_SOURCE is "${path}": name a checkout of ComfyUI`);
  const buildArgs = { SOURCE: "checkout", COMMIT: source.commit, ACCELERATOR: "cpu" };
  return build("comfyui", stage(source), buildArgs, signal);
}

function stage(source: ReturnType<typeof resolveSource>): string {
  const caBundles = process.env.SSL_CERT_FILE ? [process.env.SSL_CERT_FILE] : [];
  return stageContext(BENCH_STACK, source, { caBundles, customNodes: [] });
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
