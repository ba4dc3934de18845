/** Repositories of custom nodes that are never built in, by `owner/name` in lower case, on whatever host; with the reason. */
export const DENIED_REPOSITORIES: Readonly<Record<string, string>> = {
  "ltdrdata/comfyui-manager": "ComfyUI-Manager installs packages and code on request",
  "comfy-org/comfyui-manager": "ComfyUI-Manager installs packages and code on request",
  "filliptm/comfyui_fill-nodes": "its FL_CodeNode runs Python from the workflow; GHOST posts to it",
  "seanlynch/srl-nodes": "its SrlEval runs Python from the workflow; GHOST posts to it",
  "hay86/comfyui_acenodes": "its ACE_ExpressionEval passes its input to eval (CVE-2024-21577)",
  "bmad4ever/comfyui_bmad_nodes": "it passes its input to eval behind a filter that fails (CVE-2024-21576)",
  "applebotzz/comfyui_llmvision": "it steals passwords and keys (found in June 2024)",
  "lks-ai/anynode": "it runs code that a language model writes from the input",
};

/** The `owner/name` of a repository's URL, in lower case. */
export function repositoryOf(url: string): string {
  const parts = url.toLowerCase().split(/[/:]+/).filter(Boolean);
  return parts
    .slice(-2)
    .join("/")
    .replace(/(\.git)+$/, "");
}
