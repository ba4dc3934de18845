import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { POLICIES_PAGE, renderPolicies } from "../../policies/document";
import { renderThreatModel, THREAT_MODEL } from "./threat-model";

const PAGES = { [THREAT_MODEL]: renderThreatModel, [POLICIES_PAGE]: () => renderPolicies() };

for (const [page, render] of Object.entries(PAGES)) {
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, render());
  console.log(`${page} is written`);
}
