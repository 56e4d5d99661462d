/** Text in lines of a width, for tables in which the last column is a sentence. */

/** Text broken between words so that no line passes `columns`; lines after the first are indented by `indent`. */
export function wrapped(text: string, indent: number, columns: number): string {
  const room = Math.max(24, columns - indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
