import { rmSync } from "node:fs";
import { basename, resolve } from "node:path";
import { NODE_FILES } from "./checkout-filter";
import { stageTree, treeCommit } from "./source";

/** A custom node to build in. */
export interface CustomNode {
  /** Folder under custom_nodes, by which ComfyUI knows it. */
  readonly name: string;
  /** HTTPS URL of its git repository, or the path of a checkout or folder (absolute, or beginning with ./ or ../). */
  readonly url: string;
  /** Full commit id. Needed with a URL; a path that has another commit is refused. */
  readonly commit?: string;
}

/** A custom node as the image build is told of it, in custom-nodes.json. */
export interface ListedNode extends Required<CustomNode> {
  /** Whether it is a folder of this machine, which the build context holds. */
  readonly local: boolean;
}

/** What may be a folder of custom_nodes: ComfyUI skips names that end with .disabled. */
export const CUSTOM_NODE_NAME = /^(?!.*\.disabled$)[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** The folder that a custom node gets unless it is named: the last part of its URL or path. */
export function customNodeName(url: string): string {
  return basename(url.replace(/\/+$/, "")).replace(/\.git$/, "");
}

/** Whether a custom node comes from this machine. */
export function isLocal({ url }: Pick<CustomNode, "url">): boolean {
  return !url.startsWith("https://");
}

/**
 * The list of custom nodes for the image build, each with the commit that it has.
 *
 * @throws Error at a folder that is at another commit than the setting says.
 */
export function listCustomNodes(nodes: readonly CustomNode[]): readonly ListedNode[] {
  return nodes.map((node) => {
    const { name, url, commit = "" } = node;
    if (!isLocal(node)) {
      return { name, url, commit, local: false };
    }
    const found = treeCommit(resolve(url), NODE_FILES);
    if (commit !== "" && commit !== found) {
      throw new Error(
        `comfyui.customNodes: ${name} asks for commit ${commit}, and ${url} is at ${found}. Check that commit out without local changes, or remove the key commit.`,
      );
    }
    return { name, url, commit: found, local: true };
  });
}

/** Makes `intoDir` hold the custom nodes of this machine, each in a folder of its name, and nothing else. */
export function stageCustomNodes(nodes: readonly ListedNode[], intoDir: string): void {
  rmSync(intoDir, { recursive: true, force: true });
  for (const { name, url } of nodes.filter(({ local }) => local)) {
    stageTree(resolve(url), NODE_FILES, `${intoDir}/${name}`);
  }
}
