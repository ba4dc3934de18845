/** What one type of EC2 instance has, and about what it costs. */
export interface InstanceType {
  /** NVIDIA's name of its GPU. */
  readonly gpu: string;
  readonly gpus: number;
  /** Memory of each GPU in GiB, as EC2 reports it, rounded down; ComfyUI computes on one of them. */
  readonly gpuMemoryGiB: number;
  readonly vcpus: number;
  readonly memoryGiB: number;
  /** US dollars an hour in us-east-1, on demand, Linux; elsewhere more, as spot mostly much less. */
  readonly usdPerHour: number;
}

/** Month of the price list that `usdPerHour` is from (aws.amazon.com/ec2/pricing/on-demand): look there before you rely on it. */
export const PRICES_OF = "2026-08";

/** What a machine is unless the settings say otherwise: the smallest with an L4, enough for SDXL and, in 8 bits, Flux. */
export const DEFAULT_INSTANCE_TYPE = "g6.xlarge";

type Row = [gpus: number, vcpus: number, memoryGiB: number, usdPerHour: number];

function family(gpu: string, gpuMemoryGiB: number, sizes: Readonly<Record<string, Row>>) {
  return Object.entries(sizes).map(([name, [gpus, vcpus, memoryGiB, usdPerHour]]) => {
    const type: InstanceType = { gpu, gpus, gpuMemoryGiB, vcpus, memoryGiB, usdPerHour };
    return [name, type] as const;
  });
}

/** Every type a machine can be; sizes as EC2's DescribeInstanceTypes gives them. */
export const INSTANCE_TYPES: ReadonlyMap<string, InstanceType> = new Map([
  ...family("T4", 16, {
    "g4dn.xlarge": [1, 4, 16, 0.526],
    "g4dn.2xlarge": [1, 8, 32, 0.752],
    "g4dn.4xlarge": [1, 16, 64, 1.204],
    "g4dn.8xlarge": [1, 32, 128, 2.176],
    "g4dn.12xlarge": [4, 48, 192, 3.912],
    "g4dn.16xlarge": [1, 64, 256, 4.352],
  }),
  ...family("A10G", 22, {
    "g5.xlarge": [1, 4, 16, 1.006],
    "g5.2xlarge": [1, 8, 32, 1.212],
    "g5.4xlarge": [1, 16, 64, 1.624],
    "g5.8xlarge": [1, 32, 128, 2.448],
    "g5.12xlarge": [4, 48, 192, 5.672],
    "g5.16xlarge": [1, 64, 256, 4.096],
    "g5.24xlarge": [4, 96, 384, 8.144],
    "g5.48xlarge": [8, 192, 768, 16.288],
  }),
  ...family("L4", 22, {
    "g6.xlarge": [1, 4, 16, 0.8048],
    "g6.2xlarge": [1, 8, 32, 0.9776],
    "g6.4xlarge": [1, 16, 64, 1.3232],
    "g6.8xlarge": [1, 32, 128, 2.0144],
    "g6.12xlarge": [4, 48, 192, 4.6016],
    "g6.16xlarge": [1, 64, 256, 3.3968],
    "g6.24xlarge": [4, 96, 384, 6.6752],
    "g6.48xlarge": [8, 192, 768, 13.3504],
  }),
  ...family("L40S", 44, {
    "g6e.xlarge": [1, 4, 32, 1.861],
    "g6e.2xlarge": [1, 8, 64, 2.2421],
    "g6e.4xlarge": [1, 16, 128, 3.0042],
    "g6e.8xlarge": [1, 32, 256, 4.5286],
    "g6e.12xlarge": [4, 48, 384, 10.4926],
    "g6e.16xlarge": [1, 64, 512, 7.5772],
    "g6e.24xlarge": [4, 96, 768, 15.0656],
    "g6e.48xlarge": [8, 192, 1536, 30.1312],
  }),
  ...family("A100", 40, { "p4d.24xlarge": [8, 96, 1152, 21.9576] }),
  ...family("A100", 80, { "p4de.24xlarge": [8, 96, 1152, 27.4471] }),
  ...family("H100", 80, { "p5.4xlarge": [1, 16, 256, 6.88], "p5.48xlarge": [8, 192, 2048, 55.04] }),
]);

/** Why a family of instances with some accelerator is of no use; by what its names begin with. */
const UNUSABLE: Readonly<Record<string, string>> = {
  p2: "its K80 (Kepler) is older than any CUDA 13 knows",
  p3: "its V100 (Volta) is not in CUDA 13 any more: torch's cu130 wheels have no code for it",
  p3dn: "its V100 (Volta) is not in CUDA 13 any more: torch's cu130 wheels have no code for it",
  g3: "its M60 (Maxwell) is not in CUDA 13 any more: torch's cu130 wheels have no code for it",
  g3s: "its M60 (Maxwell) is not in CUDA 13 any more: torch's cu130 wheels have no code for it",
  g4ad: "its GPU is AMD's, and the image is made for NVIDIA's",
  g5g: "its processor is of ARM, and the images are built for x86",
  g6f: "it has a part of a GPU only, which needs another driver (GRID)",
  gr6f: "it has a part of a GPU only, which needs another driver (GRID)",
};

/** Why a machine cannot be of a type; undefined where it can. */
export function instanceTypeProblem(name: string): string | undefined {
  if (INSTANCE_TYPES.has(name)) {
    return undefined;
  }
  const [prefix = ""] = name.split(".");
  const known = new Set([...INSTANCE_TYPES.keys()].map((one) => one.split(".")[0]));
  return (
    UNUSABLE[prefix] ??
    (known.has(prefix) ? "there is no such size of it here" : "it has no GPU that ComfyUI can use")
  );
}

/** The types for a person to read, each family once: `g4dn.{xlarge,2xlarge}, g5.{…}`. */
export function instanceTypeList(): string {
  const families = new Map<string, string[]>();
  for (const name of INSTANCE_TYPES.keys()) {
    const [prefix = "", size = ""] = name.split(".");
    families.set(prefix, [...(families.get(prefix) ?? []), size]);
  }
  return [...families].map(([prefix, sizes]) => `${prefix}.{${sizes.join(",")}}`).join(", ");
}
