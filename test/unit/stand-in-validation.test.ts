/** What the stand-in says of wrong workflows, in ComfyUI's words. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Folders } from "../../components/comfyui/stand-in/folders";
import { parseJson, stringifyJson } from "../../components/comfyui/stand-in/json";
import { validatePrompt } from "../../components/comfyui/stand-in/validation";

const base = mkdtempSync(path.join(tmpdir(), "stand-in-"));
const folders = new Folders(base);
folders.prepare();
afterAll(() => rmSync(base, { recursive: true, force: true }));

const SAMPLER = {
  model: ["4", 0],
  seed: 1,
  steps: 1,
  cfg: 1,
  sampler_name: "euler",
  scheduler: "normal",
  positive: ["6", 0],
  negative: ["6", 0],
  latent_image: ["5", 0],
  denoise: 1,
};

/** A correct workflow with some inputs changed; an input of undefined is left out. */
function workflow(
  changes: Record<string, object> = {},
): Record<string, { class_type: string; inputs: object }> {
  const nodes: Record<string, [string, object]> = {
    "3": ["KSampler", SAMPLER],
    "4": ["CheckpointLoaderSimple", { ckpt_name: "v1-5-pruned-emaonly.safetensors" }],
    "5": ["EmptyLatentImage", { width: 64, height: 64, batch_size: 1 }],
    "6": ["CLIPTextEncode", { text: "x", clip: ["4", 1] }],
    "8": ["VAEDecode", { samples: ["3", 0], vae: ["4", 2] }],
    "9": ["SaveImage", { images: ["8", 0], filename_prefix: "x" }],
  };
  return Object.fromEntries(
    Object.entries(nodes).map(([id, [classType, inputs]]) => [
      id,
      { class_type: classType, inputs: { ...inputs, ...changes[id] } },
    ]),
  );
}

interface Answer {
  ok: boolean;
  outputs?: string[];
  error?: { type: string; message: string; details: string; extra_info: object };
  nodeErrors: Record<
    string,
    {
      class_type: string;
      dependent_outputs: string[];
      errors: { type: string; message: string; details: string; extra_info: Record<string, unknown> }[];
    }
  >;
}

function check(prompt: unknown, targets?: string[]): Answer {
  const verdict = validatePrompt(parseJson(JSON.stringify(prompt)), targets, folders);
  return JSON.parse(stringifyJson({ ...verdict })) as Answer;
}

describe("validatePrompt", () => {
  it("accepts the default workflow and converts literals as Python does", () => {
    const prompt = parseJson(JSON.stringify(workflow({ "3": { seed: "5", steps: 2.9 }, "6": { text: 7 } })));
    expect(validatePrompt(prompt, undefined, folders)).toMatchObject({ ok: true, outputs: ["9"] });
    const text = stringifyJson(prompt);
    expect(text).toContain('"seed": 5, "steps": 2, "cfg": 1.0,');
    expect(text).toContain('"text": "7"');
  });

  it("names a node without class_type, an unknown one, and a workflow without outputs", () => {
    expect(check({ "7": { inputs: {} } })).toEqual({
      ok: false,
      error: {
        type: "invalid_prompt",
        message: "Cannot execute because a node is missing the class_type property.",
        details: "Node ID '#7'",
        extra_info: {},
      },
      nodeErrors: {},
    });
    expect(check({ "7": "text" }).error?.message).toContain("missing the class_type");
    expect(check({ x: { class_type: "FL_CodeNode", inputs: {} } }).error).toEqual({
      type: "invalid_prompt",
      message: "Cannot execute because node FL_CodeNode does not exist.",
      details: "Node ID '#x'",
      extra_info: {},
    });
    const none = { type: "prompt_no_outputs", message: "Prompt has no outputs", details: "", extra_info: {} };
    expect(check({}).error).toEqual(none);
    expect(check(workflow(), ["8"]).error).toEqual(none);
  });

  it.each([
    ["value_smaller_than_min", { "5": { width: 8 } }, "Value 8 smaller than min of 16", "width"],
    ["value_smaller_than_min", { "3": { cfg: -1 } }, "Value -1.0 smaller than min of 0.0", "cfg"],
    ["value_bigger_than_max", { "5": { width: 20000 } }, "Value 20000 bigger than max of 16384", "width"],
    [
      "value_not_in_list",
      { "3": { scheduler: "none" } },
      "Value not in list",
      "scheduler: 'none' not in ['simple', 'sgm_uniform', 'karras', 'exponential', 'ddim_uniform', 'beta', 'normal', 'linear_quadratic', 'kl_optimal']",
    ],
    [
      "value_not_in_list",
      { "3": { sampler_name: "none" } },
      "Value not in list",
      "sampler_name: 'none' not in (list of length 42)",
    ],
    [
      "invalid_input_type",
      { "5": { width: "wide" } },
      "Failed to convert an input value to a INT value",
      "width, wide, invalid literal for int() with base 10: 'wide'",
    ],
    ["required_input_missing", { "5": { width: undefined } }, "Required input is missing", "width"],
    [
      "bad_linked_input",
      { "8": { samples: ["3"] } },
      "Bad linked input, must be a length-2 list of [node_id, slot_index]",
      "samples",
    ],
    [
      "return_type_mismatch",
      { "8": { samples: ["4", 2] } },
      "Return type mismatch between linked nodes",
      "samples, received_type(VAE) mismatch input_type(LATENT)",
    ],
    [
      "exception_during_inner_validation",
      { "8": { samples: ["77", 0] } },
      "Exception when validating inner node",
      "'77'",
    ],
    [
      "exception_during_inner_validation",
      { "8": { samples: ["4", 9] } },
      "Exception when validating inner node",
      "tuple index out of range",
    ],
  ])("reports %s for %j", (type, changes, message, details) => {
    const id = Object.keys(changes)[0] as string;
    const answer = check(workflow(changes));
    expect(answer.error).toMatchObject({
      type: "prompt_outputs_failed_validation",
      message: "Prompt outputs failed validation",
      extra_info: {},
    });
    expect(Object.keys(answer.nodeErrors)).toEqual([id]);
    expect(answer.nodeErrors[id]?.dependent_outputs).toEqual(["9"]);
    expect(answer.nodeErrors[id]?.errors[0]).toMatchObject({ type, message, details });
  });

  it("shows the configuration and the value of a bad input", () => {
    const answer = check(workflow({ "5": { batch_size: 0 } }));
    expect(answer.nodeErrors["5"]).toEqual({
      errors: [
        {
          type: "value_smaller_than_min",
          message: "Value 0 smaller than min of 1",
          details: "batch_size",
          extra_info: {
            input_name: "batch_size",
            input_config: [
              "INT",
              {
                default: 1,
                min: 1,
                max: 4096,
                tooltip: "The number of latent images in the batch.",
              },
            ],
            received_value: 0,
          },
        },
      ],
      dependent_outputs: ["9"],
      class_type: "EmptyLatentImage",
    });
  });

  it("runs the good outputs and reports the bad ones", () => {
    const answer = check({
      ...workflow(),
      "10": { class_type: "PreviewImage", inputs: {} },
    });
    expect(answer).toMatchObject({ ok: true, outputs: ["9"] });
    expect(answer.nodeErrors["10"]?.errors[0]?.type).toBe("required_input_missing");
  });

  it("checks the file of LoadImage, and follows no path out of input/", () => {
    for (const image of ["none.png", "../../../../../../etc/hostname", "/etc/hostname", "x [output]"]) {
      const answer = check({
        "1": { class_type: "LoadImage", inputs: { image } },
        "2": { class_type: "PreviewImage", inputs: { images: ["1", 0] } },
      });
      expect(answer.nodeErrors["1"]?.errors).toEqual([
        {
          type: "custom_validation_failed",
          message: "Custom validation failed for node",
          details: `image - Invalid image file: ${image}`,
          extra_info: { input_name: "image" },
        },
      ]);
    }
  });

  it("ends in a cycle and in a very deep workflow", () => {
    expect(check(workflow({ "6": { clip: ["4", 1], text: ["6", 0] } })).ok).toBe(false);
    const cycle = {
      "1": { class_type: "VAEDecode", inputs: { samples: ["2", 0], vae: ["1", 0] } },
      "2": { class_type: "KSampler", inputs: { ...SAMPLER, latent_image: ["2", 0] } },
      "3": { class_type: "PreviewImage", inputs: { images: ["1", 0] } },
    };
    expect(check(cycle).ok).toBe(false);
    const deep: Record<string, object> = {
      end: { class_type: "PreviewImage", inputs: { images: ["decode", 0] } },
    };
    Object.assign(deep, workflow(), {
      decode: { class_type: "VAEDecode", inputs: { samples: ["s0", 0], vae: ["4", 2] } },
    });
    for (let i = 0; i < 3000; i++) {
      deep[`s${i}`] = { class_type: "KSampler", inputs: { ...SAMPLER, latent_image: [`s${i + 1}`, 0] } };
    }
    expect(JSON.stringify(check(deep, ["end"]).nodeErrors)).toContain("maximum recursion depth exceeded");
  });

  it.each([[null], [5], ["text"], [{ "1": null }], [{ "1": { class_type: [] } }]])(
    "throws for %j",
    (prompt) => {
      expect(() => check(prompt)).toThrow();
    },
  );
});
