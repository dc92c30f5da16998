/** The line, from 1, that a character stands in. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** What follows on the same line. */
export const restOfLine = (text: string, offset: number): string =>
  /^[^\r\n]*/.exec(text.slice(offset, offset + 400))?.[0] ?? '';

/** What stands before it on the same line. */
export const startOfLine = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
