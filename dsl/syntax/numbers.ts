/** Numerals: `42`, `0x8000_0000`, `0b0110`, `4K`. */

const UNITS: Readonly<Record<string, bigint>> = {
  K: 1n << 10n,
  M: 1n << 20n,
  G: 1n << 30n,
  T: 1n << 40n,
};

const WELL_FORMED =
  /^(?:0x[0-9A-Fa-f](?:[0-9A-Fa-f_]*[0-9A-Fa-f])?|0b[01](?:[01_]*[01])?|[0-9](?:[0-9_]*[0-9])?[KMGT]?)$/;

/** More than any address, register or packed record has. */
export const MOST_BITS = 1024;

/** More characters than this cannot be a number of 1024 bits, not even in binary with separators. */
const MOST_CHARACTERS = 4096;

/** The value of a numeral, or what is wrong with it. */
export function parseNumeral(image: string): bigint | 'malformed' | 'too large' {
  if (image.length < 3) {
    const small = Number(image);
    if (small >= 0) return BigInt(small);
  }
  if (image.length > MOST_CHARACTERS) return 'too large';
  if (!WELL_FORMED.test(image)) return 'malformed';
  const unit = image.startsWith('0x') ? undefined : UNITS[image.at(-1) ?? ''];
  const digits = (unit === undefined ? image : image.slice(0, -1)).replaceAll('_', '');
  const value = BigInt(digits) * (unit ?? 1n);
  return value >> BigInt(MOST_BITS) === 0n ? value : 'too large';
}

/** The size as an author writes it: `4K`, `2M`; the largest unit that divides it, else decimal digits. */
export function formatSize(value: bigint): string {
  for (const [letter, unit] of Object.entries(UNITS).reverse()) {
    if (value !== 0n && value % unit === 0n) return `${value / unit}${letter}`;
  }
  return value.toString();
}

/** The same numeral: hex digits in groups of four when there are more than four, units as large as they go. */
export function canonicalNumeral(image: string): string {
  if (image.startsWith('0x')) {
    const digits = image.slice(2).replaceAll('_', '');
    return `0x${digits.length > 4 ? grouped(digits) : digits}`;
  }
  const value = parseNumeral(image);
  return typeof value === 'bigint' && /[KMGT]$/.test(image) ? formatSize(value) : image;
}

function grouped(digits: string): string {
  const head = digits.length % 4;
  const groups = head === 0 ? [] : [digits.slice(0, head)];
  for (let at = head; at < digits.length; at += 4) groups.push(digits.slice(at, at + 4));
  return groups.join('_');
}
