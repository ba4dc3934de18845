import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { renderThreatModel, THREAT_MODEL } from "./threat-model";

mkdirSync(dirname(THREAT_MODEL), { recursive: true });
writeFileSync(THREAT_MODEL, renderThreatModel());
console.log(`${THREAT_MODEL} is written`);
