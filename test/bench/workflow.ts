/** Where wrk puts a number of its own in each request, so that nobody can remember a body. */
export const SEED = "@SEED@";

/** Words as a person describes a picture with. */
const WORDS =
  "masterpiece detailed portrait of a lighthouse keeper (weathered:1.2) at dusk, volumetric light, film grain, 35mm, soft shadows, muted colours, rain on glass".split(
    " ",
  );

/**
 * The body of POST /prompt as an API client would write it: chains of loader, text encoders, latent, sampler, decoder and
 * saver, as in ComfyUI's own templates, until it has the size. One seed is `SEED`.
 *
 * @param bytes size to reach; what comes back is at most one chain larger
 */
export function promptBody(bytes: number): string {
  const prompt: Record<string, unknown> = {};
  let id = 0;
  const add = (class_type: string, inputs: Record<string, unknown>): string => {
    id++;
    prompt[id] = { class_type, inputs, _meta: { title: class_type.replace(/([a-z])([A-Z])/g, "$1 $2") } };
    return String(id);
  };
  const body = { client_id: "7f0b5c1e-6a43-4f4e-9d6e-0d9f3f7a2b11", prompt };
  let text = "";
  for (let chain = 0; text.length < bytes; chain++) {
    const words = (count: number) =>
      Array.from({ length: count }, (_, word) => WORDS[(chain * 7 + word * 3) % WORDS.length]).join(" ");
    const checkpoint = add("CheckpointLoaderSimple", { ckpt_name: `sdxl/model-${chain}.safetensors` });
    const lora = add("LoraLoader", {
      lora_name: `styles/style-${chain}.safetensors`,
      strength_model: 0.85,
      strength_clip: 1,
      model: [checkpoint, 0],
      clip: [checkpoint, 1],
    });
    const positive = add("CLIPTextEncode", { text: words(60), clip: [lora, 1] });
    const negative = add("CLIPTextEncode", { text: words(30), clip: [lora, 1] });
    const latent = add("EmptyLatentImage", { width: 1024, height: 1024, batch_size: 1 });
    const samples = add("KSampler", {
      seed: chain === 0 ? SEED : 156680208700286 + chain,
      steps: 30,
      cfg: 7.5,
      sampler_name: "dpmpp_2m",
      scheduler: "karras",
      denoise: 1,
      model: [lora, 0],
      positive: [positive, 0],
      negative: [negative, 0],
      latent_image: [latent, 0],
    });
    const images = add("VAEDecode", { samples: [samples, 0], vae: [checkpoint, 2] });
    add("SaveImage", { filename_prefix: `bench/chain-${chain}`, images: [images, 0] });
    text = JSON.stringify(body);
  }
  // A seed is a number, not text.
  return text.replace(JSON.stringify(SEED), SEED);
}
