/** A header's name as nginx spells it in a variable. */
export function variable(header: string): string {
  return header.toLowerCase().replaceAll("-", "_");
}

export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
