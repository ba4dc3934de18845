import { CUSTOM_NODE_NAME, customNodeName, isLocal } from "../../components/comfyui/custom-nodes";
import { DENIED_REPOSITORIES, repositoryOf } from "../../components/comfyui/denied-repositories";
import { problem, type SettingsProblem } from "./problems";
import type { CompleteSettings } from "./schema";
import type { SettingsSource } from "./types";

/** What the schema cannot see about custom nodes and the lock: what they are together, and on this machine. */
export function customNodeProblems({ comfyui }: CompleteSettings, source: SettingsSource): SettingsProblem[] {
  const { customNodes, lock } = comfyui;
  const at = (position: number, key: string) => ["comfyui", "customNodes", position, key];
  const names = customNodes.map(({ name, url }) => (name ?? customNodeName(url)).toLowerCase());
  const idle = comfyui.source === "stand-in";
  return [
    ...(idle && customNodes.length > 0 ? [problem(["comfyui", "customNodes"], customNodes)] : []),
    ...((idle || !source.fileExists(lock ?? "")) && lock !== undefined
      ? [problem(["comfyui", "lock"], lock)]
      : []),
    ...customNodes.flatMap((node, position) => {
      const reason = DENIED_REPOSITORIES[repositoryOf(node.url)];
      const name = node.name ?? customNodeName(node.url);
      const isUsable = CUSTOM_NODE_NAME.test(name) && names.indexOf(name.toLowerCase()) === position;
      return [
        ...(reason !== undefined
          ? [{ ...problem(at(position, "url"), node.url), value: `"${node.url}": ${reason}` }]
          : []),
        ...(isLocal(node) && !source.fileExists(node.url) ? [problem(at(position, "url"), node.url)] : []),
        ...(!isLocal(node) && node.commit === undefined ? [problem(at(position, "commit"), undefined)] : []),
        ...(isUsable ? [] : [problem(at(position, "name"), name)]),
      ];
    }),
  ];
}
