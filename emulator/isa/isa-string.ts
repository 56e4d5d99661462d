/** Instruction sets in the usual notation, `rv64imafdch_zicsr_zba_svinval`: parser and printer. */
import type { Extension, Isa } from './extensions.ts';
import { EXTENSIONS, withImplied } from './extensions.ts';
import { hint } from './spelling.ts';

/** What a string asks for, or what is wrong with it: a sentence, the column from 1, the characters it is about. */
export type ParsedIsa =
  | { readonly isa: Isa; readonly error: null }
  | {
      readonly isa: null;
      readonly error: { readonly message: string; readonly col: number; readonly length: number };
    };

const NAMES = Object.keys(EXTENSIONS) as readonly Extension[];
const BY_LOWER: ReadonlyMap<string, Extension> = new Map(
  NAMES.map((name) => [name.toLowerCase(), name]),
);
/** The order of single letters that the manual prescribes. */
const LETTERS = 'imafdqlcbkjtpvnh';
/** Known words whose behaviour needs no instruction of the table. */
const SILENT = new Set([
  ...['zicclsm', 'ziccrse', 'ziccamoa', 'ziccif', 'za64rs', 'zic64b', 'zkt', 'ztso', 'zicfilp'],
  ...['sv32', 'sv39', 'sv48', 'sv57', 'svade', 'svadu', 'svbare', 'svnapot', 'svpbmt', 'svvptc'],
  ...['smmpt34', 'smmpt43', 'smmpt52', 'smmpt64'],
  ...['smepmp', 'ssccptr', 'sstvecd', 'sstvala', 'sscounterenw', 'ssstateen', 'shcounterenw'],
]);

class Wrong extends Error {
  readonly col: number;
  readonly length: number;

  constructor(message: string, col: number, length: number) {
    super(message);
    this.col = col;
    this.length = length;
  }
}

/** Parses an ISA string; capitals and small letters are alike, implied extensions are added. */
export function parseIsa(text: string): ParsedIsa {
  try {
    return { isa: parse(text.toLowerCase()), error: null };
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    return { isa: null, error: { message: wrong.message, col: wrong.col, length: wrong.length } };
  }
}

function parse(text: string): Isa {
  const width = /^rv(32|64)/.exec(text)?.[1];
  if (width === undefined) {
    throw new Wrong("an ISA string begins with 'rv32' or 'rv64'", 1, Math.min(4, text.length));
  }
  const xlen = width === '32' ? 32 : 64;
  const [letters = '', ...words] = text.slice(4).split('_');
  const named = lettersOf(letters);
  let col = 5 + letters.length + 1;
  for (const word of words) {
    const name = extensionOf(word, col);
    if (name !== null) named.push(name);
    col += word.length + 1;
  }
  if (named.includes('Zcf') && xlen === 64) {
    throw new Wrong("'zcf' exists on RV32 only", text.indexOf('zcf') + 1, 3);
  }
  return { xlen, extensions: withImplied(xlen, named) };
}

/** The single letters behind the width, where a long name may follow without a line: `rv64gzba`. */
function lettersOf(letters: string): Extension[] {
  const out: Extension[] = [];
  let last = -1;
  for (let at = 0; at < letters.length; at++) {
    const letter = letters.charAt(at);
    const col = 5 + at;
    if (letter === 'g' && at === 0) {
      out.push('I', 'M', 'A', 'F', 'D', 'Zicsr', 'Zifencei');
      last = LETTERS.indexOf('d');
      continue;
    }
    if (letter === 'e' && at === 0)
      throw new Wrong("the base is 'i' or 'g': 'e' is not modelled", col, 1);
    if (/[zsx]/.test(letter) && at > 0 && letters.length > at + 1) {
      const name = extensionOf(letters.slice(at), col);
      return name === null ? out : [...out, name];
    }
    if (at === 0 && letter !== 'i') break;
    const order = LETTERS.indexOf(letter);
    const name = BY_LOWER.get(letter);
    if (name === undefined || order < 0)
      throw new Wrong(`the extension '${letter}' is not modelled`, col, 1);
    if (out.includes(name)) throw new Wrong(`'${letter}' is named twice`, col, 1);
    if (order < last) {
      throw new Wrong(
        `'${letter}' stands before '${LETTERS.charAt(last)}': the order is ${LETTERS}`,
        col,
        1,
      );
    }
    out.push(name);
    last = order;
  }
  if (out.length === 0) throw new Wrong("the base follows the width: 'i' or 'g'", 5, 1);
  return out;
}

/** Null: a known word that needs no instruction. */
function extensionOf(word: string, col: number): Extension | null {
  const plain = word.replace(/\d+(p\d+)?$/, '');
  const name = BY_LOWER.get(word) ?? BY_LOWER.get(plain);
  if (name !== undefined) return name;
  if (SILENT.has(word)) return null;
  if (word === '') throw new Wrong("a name follows '_'", col - 1, 1);
  throw new Wrong(
    `there is no extension '${word}' here${hint(word, [...BY_LOWER.keys(), ...SILENT])}`,
    col,
    word.length,
  );
}

/** The canonical string: single letters in the manual's order, then the others; no long name that another implies. */
export function printIsa({ xlen, extensions }: Isa): string {
  const stated = new Set(NAMES.filter((name) => extensions.has(name)));
  for (const name of [...stated]) {
    if (name.length === 1 && name !== 'S') continue;
    stated.delete(name);
    if (!withImplied(xlen, stated).has(name)) stated.add(name);
  }
  const names = NAMES.filter((name) => stated.has(name));
  const letters = names
    .filter((name) => name.length === 1 && name !== 'S')
    .map((name) => name.toLowerCase())
    .sort((a, b) => LETTERS.indexOf(a) - LETTERS.indexOf(b));
  const words = names
    .filter((name) => name.length > 1 || name === 'S')
    .map((name) => name.toLowerCase());
  return [`rv${xlen}${letters.join('')}`, ...words].join('_');
}
