/** `.word` and its kind, `.asciz`, `.zero`, `.align`: data between instructions. */
import type { Scope } from './expression.ts';
import { evaluate } from './expression.ts';
import { hint } from './spelling.ts';
import type { Token } from './statements.ts';
import { Mistake } from './statements.ts';

/** Bytes of one value. */
const DATA: ReadonlyMap<string, number> = new Map([
  ['.byte', 1],
  ['.half', 2],
  ['.short', 2],
  ['.2byte', 2],
  ['.word', 4],
  ['.long', 4],
  ['.4byte', 4],
  ['.dword', 8],
  ['.quad', 8],
  ['.8byte', 8],
]);
/** Their number is a power of two, or of bytes. */
const ALIGN: ReadonlyMap<string, 'power' | 'bytes'> = new Map([
  ['.align', 'power'],
  ['.p2align', 'power'],
  ['.balign', 'bytes'],
]);

/** Texts, and whether a zero byte closes each. */
const TEXTS: ReadonlyMap<string, boolean> = new Map([
  ['.ascii', false],
  ['.asciz', true],
  ['.string', true],
]);
const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, '"': 34, '\\': 92 };

/** What says something to a linker only. */
const IGNORED: ReadonlySet<string> = new Set([
  '.globl',
  '.global',
  '.local',
  '.type',
  '.size',
  '.file',
  '.ident',
]);

const ONE_VALUE = /^(\.zero|\.skip)$/;
/** No text may become longer than this. */
export const LONGEST = 2 ** 20;
const NO_SCOPE: Scope = { pc: 0n, labels: new Map(), locals: new Map() };

/** Bytes that a directive takes at an address. */
export function directiveSize(name: Token, operands: readonly Token[], pc: bigint): number {
  if (IGNORED.has(name.text)) return 0;
  const bytes = DATA.get(name.text);
  if (bytes !== undefined) return bytes * listOf(name, operands).length;
  if (TEXTS.has(name.text)) return textBytes(name, operands).length;
  const align = ALIGN.get(name.text);
  if (align !== undefined) {
    const number = count(name, operands, align === 'power' ? 12 : 4096);
    const unit = align === 'power' ? 2 ** number : number;
    if (unit === 0 || (unit & (unit - 1)) !== 0) {
      throw new Mistake(`'${unit}' is not a power of two`, operands[0] ?? name);
    }
    const over = Number(BigInt.asUintN(12, pc)) % unit;
    return over === 0 ? 0 : unit - over;
  }
  if (ONE_VALUE.test(name.text)) return count(name, operands, LONGEST);
  const known = [...DATA.keys(), ...TEXTS.keys(), ...ALIGN.keys(), '.zero', '.skip'];
  throw new Mistake(`the directive '${name.text}' is not supported${hint(name.text, known)}`, name);
}

/** The bytes themselves; `size` as `directiveSize` says. */
export function directiveBytes(
  name: Token,
  operands: readonly Token[],
  size: number,
  scope: Scope,
): Uint8Array {
  if (TEXTS.has(name.text)) return Uint8Array.from(textBytes(name, operands));
  const out = new Uint8Array(size);
  const bytes = DATA.get(name.text);
  if (bytes === undefined) return ALIGN.has(name.text) ? padding(out) : out;
  listOf(name, operands).forEach((token, index) => {
    const { value } = evaluate(token, scope);
    const bits = BigInt(8 * bytes);
    if (value < -(2n ** (bits - 1n)) || value >= 2n ** bits) {
      throw new Mistake(
        `'${token.text}' does not fit into ${bytes} byte${bytes === 1 ? '' : 's'}`,
        token,
      );
    }
    for (let at = 0; at < bytes; at++) {
      out[index * bytes + at] = Number(BigInt.asUintN(8, value >> BigInt(8 * at)));
    }
  });
  return out;
}

/** Gaps are filled with NOPs from their end, so that code may run through them; what is left at the start is zero. */
function padding(out: Uint8Array): Uint8Array {
  for (let end = out.length; end >= 4; end -= 4) out.set([0x13, 0, 0, 0], end - 4);
  if (out.length % 4 >= 2) out.set([0x01, 0], (out.length % 4) - 2);
  return out;
}

/** The bytes of texts in quotes: ASCII, with `\\n`, `\\t`, `\\r`, `\\0`, `\\"` and `\\\\`. */
function textBytes(name: Token, operands: readonly Token[]): readonly number[] {
  const out: number[] = [];
  for (const token of listOf(name, operands)) {
    const inside = /^"((?:[^"\\]|\\.)*)"$/.exec(token.text)?.[1];
    if (inside === undefined) throw new Mistake(`'${name.text}' takes a text in quotes`, token);
    for (const [char] of inside.matchAll(/\\?./gu)) {
      const byte = char.length === 1 ? char.charCodeAt(0) : ESCAPES[char.slice(1)];
      if (byte === undefined || byte > 127) {
        throw new Mistake(`'${char}' is no ASCII character and no escape that is known`, token);
      }
      out.push(byte);
    }
    if (TEXTS.get(name.text) === true) out.push(0);
  }
  return out;
}

function listOf(name: Token, operands: readonly Token[]): readonly Token[] {
  const values = operands.filter((_, index) => index % 2 === 0);
  const wrong = operands.find((token, index) => (token.text === ',') !== (index % 2 === 1));
  if (values.length === 0 || wrong !== undefined || operands.length % 2 === 0) {
    throw new Mistake(`'${name.text}' takes values with commas between them`, wrong ?? name);
  }
  return values;
}

function count(name: Token, operands: readonly Token[], most: number): number {
  const [token, extra] = operands;
  if (token === undefined || extra !== undefined) {
    throw new Mistake(`'${name.text}' takes one number`, extra ?? name);
  }
  const { value } = evaluate(token, NO_SCOPE);
  if (value >= 0n && value <= BigInt(most)) return Number(value);
  throw new Mistake(`'${token.text}' must be between 0 and ${most}`, token);
}
