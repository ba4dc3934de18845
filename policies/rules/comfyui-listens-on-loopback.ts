import type { ResourceRule } from "../core/rule";
import { CONTAINER, commandWords, isComfyUi } from "../facts/docker";

/** Python's argparse takes any unambiguous beginning of an option. */
function isListen(option: string): boolean {
  return option.length >= "--li".length && "--listen".startsWith(option);
}

const rule: ResourceRule = {
  description: "A command with arguments for ComfyUI has --listen 127.0.0.1, exactly once.",
  why: "With --listen alone, or another address after it, ComfyUI answers on every interface.",
  fix: "give --listen 127.0.0.1 once, written out.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  types: [CONTAINER],
  checkResource(resource, report) {
    if (!isComfyUi(resource, report)) {
      return;
    }
    const words = commandWords(resource, report);
    if (!words.some(({ text }) => text.startsWith("--") || /(^|\/)main\.py$/.test(text))) {
      return;
    }
    const options = words.flatMap(({ text, at }, index) => {
      const [, inIt] = text.split(/=(.*)/s);
      return isListen(text.replace(/=.*/s, "")) ? [{ at, value: inIt ?? words[index + 1]?.text }] : [];
    });
    const isGood = options.length === 1 && options.every(({ value }) => value === "127.0.0.1");
    if (!isGood) {
      const found = options.map(({ value }) => `--listen ${value ?? ""}`.trim()).join(" ") || undefined;
      const path = options.map(({ at }) => at)[0] ?? "command";
      report.violation({ resource, path, found, wanted: "--listen 127.0.0.1 exactly once" });
    }
  },
};
export default rule;
