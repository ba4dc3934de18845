import type { ResourceRule } from "../core/rule";
import { CONTAINER, commandWords } from "../facts/docker";

const RISKY = ["--enable-manager", "--enable-cors-header", "--front-end-version"];
const SHORTEST = "--enable-c".length;

const rule: ResourceRule = {
  description:
    "ComfyUI is started without its manager, without answers to other sites and with the front end of its image.",
  why: "The manager installs whatever it is told; --enable-cors-header lets any site a user visits drive ComfyUI; --front-end-version fetches the code that browsers run from any repository.",
  fix: "remove --enable-manager, --enable-cors-header and --front-end-version from the command.",
  severity: "critical",
  enforcement: "mandatory",
  references: [],
  types: [CONTAINER],
  checkResource(resource, report) {
    for (const { path, text } of commandWords(resource, report)) {
      const option = text.replace(/=.*/s, "");
      const isRisky = RISKY.some(
        (risky) => option.startsWith(risky) || (option.length >= SHORTEST && risky.startsWith(option)),
      );
      if (isRisky) {
        report.violation({ resource, path, found: option, wanted: `no ${RISKY.join(" and no ")}` });
      }
    }
  },
};
export default rule;
