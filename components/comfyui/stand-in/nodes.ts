/** The nodes the stand-in knows: descriptions as in ComfyUI 0.3.64's nodes.py, with a body that needs no torch. */
import { createHash } from "node:crypto";
import { createWriteStream, readFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Folders } from "./folders";
import { Float, type Parsed, stringifyJson, type Writable } from "./json";
import { gradient, type Picture, solid } from "./picture";
import { decodePng, encodePng } from "./png";
import { PythonError, repr, typeName } from "./python";
import type { NodeClass, NodeContext, NodeInputs, NodeResult } from "./values";

const MAX_RESOLUTION = 16384;
const MAX_SEED = 0xffff_ffff_ffff_ffffn;
/** A latent is an eighth of the picture on each side. */
const LATENT_SCALE = 8;
const PREVIEW_PIXELS = 64;
const UNSAMPLED_GREY = 0x7f7f7f;

const SAMPLERS = [
  ..."euler euler_cfg_pp euler_ancestral euler_ancestral_cfg_pp heun heunpp2 dpm_2 dpm_2_ancestral".split(
    " ",
  ),
  ..."lms dpm_fast dpm_adaptive dpmpp_2s_ancestral dpmpp_2s_ancestral_cfg_pp dpmpp_sde dpmpp_sde_gpu".split(
    " ",
  ),
  ..."dpmpp_2m dpmpp_2m_cfg_pp dpmpp_2m_sde dpmpp_2m_sde_gpu dpmpp_2m_sde_heun dpmpp_2m_sde_heun_gpu".split(
    " ",
  ),
  ..."dpmpp_3m_sde dpmpp_3m_sde_gpu ddpm lcm ipndm ipndm_v deis res_multistep res_multistep_cfg_pp".split(
    " ",
  ),
  ..."res_multistep_ancestral res_multistep_ancestral_cfg_pp gradient_estimation".split(" "),
  ..."gradient_estimation_cfg_pp er_sde seeds_2 seeds_3 sa_solver sa_solver_pece ddim uni_pc uni_pc_bh2".split(
    " ",
  ),
];
const SCHEDULERS =
  "simple sgm_uniform karras exponential ddim_uniform beta normal linear_quadratic kl_optimal".split(" ");

async function savePictures(
  pictures: readonly Picture[],
  prefix: string,
  type: "output" | "temp",
  context: NodeContext,
): Promise<NodeResult> {
  const first = pictures[0] as Picture;
  const place = context.folders.savePath(prefix, context.folders[type], first.width, first.height);
  const texts: [string, string][] = [["prompt", stringifyJson(context.prompt)]];
  if (context.extraPngInfo instanceof Map) {
    for (const [key, value] of context.extraPngInfo) texts.push([key, stringifyJson(value)]);
  }
  const images: Writable[] = [];
  for (const [index, picture] of pictures.entries()) {
    const name = place.filename.replaceAll("%batch_num%", String(index));
    const filename = `${name}_${String(place.counter + index).padStart(5, "0")}_.png`;
    await pipeline(
      Readable.from(encodePng(picture, texts, context.throwIfInterrupted)),
      createWriteStream(path.join(place.directory, filename)),
    );
    images.push({ filename, subfolder: place.subfolder, type });
  }
  return { outputs: [], ui: { images } };
}

function loadedImage(inputs: NodeInputs, folders: Folders): NodeResult {
  const name = inputs.text("image");
  const file = folders.annotatedFile(name);
  if (file === undefined)
    throw new PythonError("FileNotFoundError", `[Errno 2] No such file or directory: ${repr(name)}`);
  let picture: Picture;
  try {
    picture = decodePng(readFileSync(file));
  } catch (error) {
    throw new PythonError(
      "PIL.UnidentifiedImageError",
      `cannot identify image file ${repr(file)}: the stand-in reads PNG only (${(error as Error).message})`,
    );
  }
  return { outputs: [{ kind: "IMAGE", pictures: [picture] }, { kind: "MASK" }] };
}

async function sample(inputs: NodeInputs, context: NodeContext): Promise<NodeResult> {
  const latent = inputs.value("latent_image", "LATENT");
  const recipe = [
    inputs.value("model", "MODEL").checkpoint,
    inputs.value("positive", "CONDITIONING").text,
    inputs.value("negative", "CONDITIONING").text,
    inputs.describe("seed", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    latent.recipe ?? "",
  ].join("\0");
  const steps = inputs.int("steps");
  for (let done = 1; done <= steps; done++) {
    await context.step(done, steps, gradient(PREVIEW_PIXELS, PREVIEW_PIXELS, `${recipe}\0${steps - done}`));
  }
  return { outputs: [{ ...latent, recipe }] };
}

function decodeLatent(inputs: NodeInputs): NodeResult {
  const latent = inputs.value("samples", "LATENT");
  const width = Math.floor(latent.width / LATENT_SCALE) * LATENT_SCALE;
  const height = Math.floor(latent.height / LATENT_SCALE) * LATENT_SCALE;
  const pictures = Array.from({ length: latent.batchSize }, (_, index) =>
    latent.recipe === undefined
      ? solid(width, height, UNSAMPLED_GREY)
      : gradient(width, height, `${latent.recipe}\0${index}`),
  );
  return { outputs: [{ kind: "IMAGE", pictures }] };
}

function checkImageName(value: Parsed, folders: Folders): true | string {
  if (typeof value !== "string") {
    throw new PythonError("AttributeError", `'${typeName(value)}' object has no attribute 'endswith'`);
  }
  return folders.annotatedFile(value) !== undefined || `Invalid image file: ${value}`;
}

const PNG_INFO = { prompt: "PROMPT", extra_pnginfo: "EXTRA_PNGINFO" };

/** In the order of ComfyUI's NODE_CLASS_MAPPINGS. */
export const NODE_CLASSES: ReadonlyMap<string, NodeClass> = new Map<string, NodeClass>([
  [
    "KSampler",
    {
      displayName: "KSampler",
      category: "sampling",
      description: "Uses the provided model, positive and negative conditioning to denoise the latent image.",
      outputs: ["LATENT"],
      outputTooltips: ["The denoised latent."],
      required: () => ({
        model: ["MODEL", { tooltip: "The model used for denoising the input latent." }],
        seed: [
          "INT",
          {
            default: 0,
            min: 0,
            max: MAX_SEED,
            control_after_generate: true,
            tooltip: "The random seed used for creating the noise.",
          },
        ],
        steps: [
          "INT",
          { default: 20, min: 1, max: 10000, tooltip: "The number of steps used in the denoising process." },
        ],
        cfg: [
          "FLOAT",
          {
            default: new Float(8),
            min: new Float(0),
            max: new Float(100),
            step: new Float(0.1),
            round: new Float(0.01),
            tooltip:
              "The Classifier-Free Guidance scale balances creativity and adherence to the prompt. Higher values result in images more closely matching the prompt however too high values will negatively impact quality.",
          },
        ],
        sampler_name: [
          SAMPLERS,
          {
            tooltip:
              "The algorithm used when sampling, this can affect the quality, speed, and style of the generated output.",
          },
        ],
        scheduler: [
          SCHEDULERS,
          { tooltip: "The scheduler controls how noise is gradually removed to form the image." },
        ],
        positive: [
          "CONDITIONING",
          { tooltip: "The conditioning describing the attributes you want to include in the image." },
        ],
        negative: [
          "CONDITIONING",
          { tooltip: "The conditioning describing the attributes you want to exclude from the image." },
        ],
        latent_image: ["LATENT", { tooltip: "The latent image to denoise." }],
        denoise: [
          "FLOAT",
          {
            default: new Float(1),
            min: new Float(0),
            max: new Float(1),
            step: new Float(0.01),
            tooltip:
              "The amount of denoising applied, lower values will maintain the structure of the initial image allowing for image to image sampling.",
          },
        ],
      }),
      run: sample,
    },
  ],
  [
    "CheckpointLoaderSimple",
    {
      displayName: "Load Checkpoint",
      category: "loaders",
      description: "Loads a diffusion model checkpoint, diffusion models are used to denoise latents.",
      outputs: ["MODEL", "CLIP", "VAE"],
      outputTooltips: [
        "The model used for denoising latents.",
        "The CLIP model used for encoding text prompts.",
        "The VAE model used for encoding and decoding images to and from latent space.",
      ],
      required: (folders) => ({
        ckpt_name: [
          folders.modelFiles("checkpoints") ?? [],
          { tooltip: "The name of the checkpoint (model) to load." },
        ],
      }),
      run: (inputs) => ({
        outputs: [{ kind: "MODEL", checkpoint: inputs.text("ckpt_name") }, { kind: "CLIP" }, { kind: "VAE" }],
      }),
    },
  ],
  [
    "CLIPTextEncode",
    {
      displayName: "CLIP Text Encode (Prompt)",
      category: "conditioning",
      description:
        "Encodes a text prompt using a CLIP model into an embedding that can be used to guide the diffusion model towards generating specific images.",
      outputs: ["CONDITIONING"],
      outputTooltips: ["A conditioning containing the embedded text used to guide the diffusion model."],
      required: () => ({
        text: ["STRING", { multiline: true, dynamicPrompts: true, tooltip: "The text to be encoded." }],
        clip: ["CLIP", { tooltip: "The CLIP model used for encoding the text." }],
      }),
      run: (inputs) => ({ outputs: [{ kind: "CONDITIONING", text: inputs.text("text") }] }),
    },
  ],
  [
    "VAEDecode",
    {
      displayName: "VAE Decode",
      category: "latent",
      description: "Decodes latent images back into pixel space images.",
      outputs: ["IMAGE"],
      outputTooltips: ["The decoded image."],
      required: () => ({
        samples: ["LATENT", { tooltip: "The latent to be decoded." }],
        vae: ["VAE", { tooltip: "The VAE model used for decoding the latent." }],
      }),
      run: decodeLatent,
    },
  ],
  [
    "EmptyLatentImage",
    {
      displayName: "Empty Latent Image",
      category: "latent",
      description: "Create a new batch of empty latent images to be denoised via sampling.",
      outputs: ["LATENT"],
      outputTooltips: ["The empty latent image batch."],
      required: () => ({
        width: [
          "INT",
          {
            default: 512,
            min: 16,
            max: MAX_RESOLUTION,
            step: 8,
            tooltip: "The width of the latent images in pixels.",
          },
        ],
        height: [
          "INT",
          {
            default: 512,
            min: 16,
            max: MAX_RESOLUTION,
            step: 8,
            tooltip: "The height of the latent images in pixels.",
          },
        ],
        batch_size: [
          "INT",
          { default: 1, min: 1, max: 4096, tooltip: "The number of latent images in the batch." },
        ],
      }),
      run: (inputs) => ({
        outputs: [
          {
            kind: "LATENT",
            width: inputs.int("width"),
            height: inputs.int("height"),
            batchSize: inputs.int("batch_size"),
          },
        ],
      }),
    },
  ],
  [
    "SaveImage",
    {
      displayName: "Save Image",
      category: "image",
      description: "Saves the input images to your ComfyUI output directory.",
      outputs: [],
      isOutput: true,
      hidden: PNG_INFO,
      required: () => ({
        images: ["IMAGE", { tooltip: "The images to save." }],
        filename_prefix: [
          "STRING",
          {
            default: "ComfyUI",
            tooltip:
              "The prefix for the file to save. This may include formatting information such as %date:yyyy-MM-dd% or %Empty Latent Image.width% to include values from nodes.",
          },
        ],
      }),
      run: (inputs, context) =>
        savePictures(
          inputs.value("images", "IMAGE").pictures,
          inputs.text("filename_prefix"),
          "output",
          context,
        ),
    },
  ],
  [
    "PreviewImage",
    {
      displayName: "Preview Image",
      category: "image",
      description: "Saves the input images to your ComfyUI output directory.",
      outputs: [],
      isOutput: true,
      hidden: PNG_INFO,
      required: () => ({ images: ["IMAGE"] }),
      run: (inputs, context) =>
        savePictures(
          inputs.value("images", "IMAGE").pictures,
          `ComfyUI_temp_${context.temporarySuffix}`,
          "temp",
          context,
        ),
    },
  ],
  [
    "LoadImage",
    {
      displayName: "Load Image",
      category: "image",
      outputs: ["IMAGE", "MASK"],
      required: (folders) => ({ image: [folders.inputImages(), { image_upload: true }] }),
      validate: { input: "image", check: checkImageName },
      fingerprint: (inputs, folders) => {
        const name = inputs.get("image");
        const file = typeof name === "string" ? folders.annotatedFile(name) : undefined;
        return file === undefined ? "missing" : createHash("sha256").update(readFileSync(file)).digest("hex");
      },
      run: (inputs, context) => loadedImage(inputs, context.folders),
    },
  ],
  [
    "EmptyImage",
    {
      category: "image",
      outputs: ["IMAGE"],
      required: () => ({
        width: ["INT", { default: 512, min: 1, max: MAX_RESOLUTION, step: 1 }],
        height: ["INT", { default: 512, min: 1, max: MAX_RESOLUTION, step: 1 }],
        batch_size: ["INT", { default: 1, min: 1, max: 4096 }],
        color: ["INT", { default: 0, min: 0, max: 0xffffff, step: 1, display: "color" }],
      }),
      run: (inputs) => {
        const picture = solid(inputs.int("width"), inputs.int("height"), inputs.int("color"));
        return { outputs: [{ kind: "IMAGE", pictures: Array(inputs.int("batch_size")).fill(picture) }] };
      },
    },
  ],
]);

/** One class as GET /object_info shows it. */
export function nodeInfo(name: string, node: NodeClass, folders: Folders): Writable {
  const required = node.required(folders);
  return {
    input: { required, hidden: node.hidden },
    input_order: {
      required: Object.keys(required),
      hidden: node.hidden && Object.keys(node.hidden),
    },
    output: node.outputs,
    output_is_list: node.outputs.map(() => false),
    output_name: node.outputs,
    name,
    display_name: node.displayName ?? name,
    description: node.description ?? "",
    python_module: "nodes",
    category: node.category,
    output_node: node.isOutput ?? false,
    output_tooltips: node.outputTooltips,
  };
}
