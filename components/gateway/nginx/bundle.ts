/** The text that `apply-config` reads: every file of one configuration, with the checks that a cut or edit would fail. */

const PATH = /^[a-z0-9][a-z0-9._-]*(\/[a-z0-9][a-z0-9._-]*)?$/;

/**
 * @param files content by path; a content that does not end its last line gets that line ended
 * @throws where a path or content cannot be carried
 */
export function renderBundle(files: Readonly<Record<string, string>>): string {
  const entries = Object.entries(files);
  const parts = entries.map(([path, content]) => {
    if (!PATH.test(path)) {
      throw new Error(
        `bundle path "${path}": at most one folder, of lower-case letters, digits, ".", "-" and "_"`,
      );
    }
    if (content === "" || content.includes("\0")) {
      throw new Error(
        `bundle file "${path}" is ${content === "" ? "empty" : "binary"}: give text of at least one line`,
      );
    }
    const text = content.endsWith("\n") ? content : `${content}\n`;
    return `file ${path} ${text.split("\n").length - 1}\n${text}`;
  });
  return `comfy-gateway-bundle 1\n${parts.join("")}end ${entries.length}\n`;
}
