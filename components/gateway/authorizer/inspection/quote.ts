/**
 * A client's text for an error message: short, printable ASCII, in quotes. A refusal quotes a node id, a class_type and
 * an input name: together at most 80 characters of the client's.
 */
export function quote(text: string, maxLength: number): string {
  const printable = text.slice(0, maxLength + 1).replace(/[^\x20-\x7e]|["\\]/g, "?");
  return printable.length > maxLength ? `"${printable.slice(0, maxLength - 3)}..."` : `"${printable}"`;
}

/** Names the node a refusal is about. */
export function quoteNode(id: string, classType: string): string {
  return `Node ${quote(id, 20)} (${quote(classType, 40)})`;
}

export function quoteInput(name: string): string {
  return quote(name, 20);
}
