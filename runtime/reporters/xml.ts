/** Text for XML 1.0: what the standard cannot hold is replaced, what has a meaning is escaped. */

/** Legal are tab, line feed, carriage return and everything from U+0020 on, but for halves of pairs and U+FFFE, U+FFFF. */
function legal(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const control = code < 0x20 && code !== 9 && code !== 10 && code !== 13;
    const broken = (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
    if (control) out += String.fromCodePoint(0x2400 + code);
    else out += broken ? '\ufffd' : character;
  }
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Element content. */
export function xmlText(text: string): string {
  return legal(text).replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character);
}

/** ` name="value"`; nothing for null. */
export function xmlAttribute(name: string, value: string | number | null): string {
  if (value === null) return '';
  const text = legal(String(value)).replace(/[&<>"\n\r\t]/g, (c) => ESCAPES[c] ?? c);
  return ` ${name}="${text}"`;
}
