/** How many terminal columns a text takes, and text made safe to print on one. */

/** First and last code point of what takes two columns: East Asian wide and emoji. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2614, 0x2615],
  [0x2705, 0x2705],
  [0x274c, 0x274c],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

const COMBINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Columns of one character (a whole code point): 0, 1 or 2. */
export function characterWidth(character: string): 0 | 1 | 2 {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * One line of text that cannot move the cursor, change colours or reverse the direction of what follows:
 * control characters become their pictures, tabs a blank.
 */
export function printable(text: string): string {
  let out = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 9) out += ' ';
    else if (code < 0x20) out += String.fromCodePoint(0x2400 + code);
    else if (code === 0x7f) out += '\u2421';
    else if (isUnsafe(code)) out += '\ufffd';
    else out += character;
  }
  return out;
}

/** C1 controls, marks of direction, and halves of surrogate pairs. */
function isUnsafe(code: number): boolean {
  return (
    (code >= 0x80 && code < 0xa0) ||
    (code >= 0x200e && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    (code >= 0xd800 && code <= 0xdfff)
  );
}

/** The text, cut to so many columns, with `...` where something is missing. */
export function fitted(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let out = '';
  let width = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns - 3) break;
    out += character;
  }
  return `${out}...`;
}

/** A number as scenarios write it: `0x8110_0000`; up to four digits without a break. */
export function hex(value: bigint | number): string {
  const digits = value.toString(16);
  const grouped = digits.length > 4 ? digits.replace(/\B(?=(?:[0-9a-f]{4})+$)/g, '_') : digits;
  return `0x${grouped}`;
}

/** Bytes in the largest unit that divides them: `4K`, `2M`. */
export function bytes(size: bigint): string {
  for (const [shift, unit] of [
    [40n, 'T'],
    [30n, 'G'],
    [20n, 'M'],
    [10n, 'K'],
  ] as const) {
    if (size !== 0n && size % (1n << shift) === 0n) return `${size >> shift}${unit}`;
  }
  return String(size);
}

/** `1 case`, `2 cases`, `1,000 cases`. */
export function plural(count: number, noun: string): string {
  // Not `toLocaleString`: its first call loads 17 ms worth of locale data.
  const digits = String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${digits} ${noun}${count === 1 ? '' : 's'}`;
}
