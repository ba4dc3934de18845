import { type ContextFile, stageBuildContext } from "../shared/build-context";
import { bundle } from "../shared/bundle";

const FOLDER = "components/certificate";

/** Lays down the build context of the certificate container's image. @returns its path */
export function certificateBuildContext(stack: string): string {
  const files: Record<string, ContextFile> = {
    Dockerfile: { copyOf: `${FOLDER}/image/Dockerfile` },
    "certificate.js": bundle(`${FOLDER}/supervisor/main.ts`),
  };
  return stageBuildContext(stack, "certificate", files);
}
