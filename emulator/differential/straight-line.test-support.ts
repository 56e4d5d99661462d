/** Random straight-line programs of unprivileged instructions that write down every result, for a hart and for QEMU. */
import { ENCODINGS } from '../oracle/encodings.ts';
import type { Encoding } from '../oracle/encodings.ts';
import type { Random } from './random.test-support.ts';
import { interesting, interestingFloat } from './operands.test-support.ts';

/** Where a program lies, where its data, and where its results go. */
export const CODE = 0x1_0000;
export const DATA = 0x4_0000;
export const LOG = 0x4_1000;

/** Registers that hold addresses and are never written: data (31, 8 and 2), the end of the log; 29 is for fcsr. */
const RESERVED = [2, 8, 29, 30, 31];
const POOL = 256;

export interface Program {
  readonly words: readonly { readonly word: number; readonly length: 2 | 4 }[];
  /** The names of what is tried, in the order of the results. */
  readonly names: readonly string[];
  /** Bytes at DATA. */
  readonly data: Uint8Array;
  /** Bytes of results at LOG. */
  readonly logged: number;
}

const i = (immediate: number, rs1: number, funct3: number, rd: number, opcode: number) =>
  (((immediate & 0xfff) << 20) | (rs1 << 15) | (funct3 << 12) | (rd << 7) | opcode) >>> 0;
const s = (immediate: number, rs2: number, rs1: number, funct3: number, opcode: number) =>
  (((immediate >> 5) << 25) |
    (rs2 << 20) |
    (rs1 << 15) |
    (funct3 << 12) |
    ((immediate & 31) << 7) |
    opcode) >>>
  0;

/** Puts a register number into a field of a word. */
export function withField(word: number, at: number, width: number, value: number): number {
  const mask = (2 ** width - 1) * 2 ** at;
  return ((word & ~mask) | (value * 2 ** at)) >>> 0;
}

/** A word of the encoding with every free bit at random. */
export function randomWord(random: Random, row: Encoding): number {
  const free = row.length === 4 ? 0xffff_ffff : 0xffff;
  return ((random.word() & ~row.mask & free) | row.match) >>> 0;
}

/** Which of the computations QEMU 7.2 has, and no more than compute or touch the data area. */
export function computations(xlen: 32 | 64, extensions: readonly string[]): readonly Encoding[] {
  const not =
    /^(jal|jalr|b(eq|ne|lt|ge|ltu|geu)|auipc|fence|e(call|break)|csr|mret|sret|wfi|wrs|[shm](fence|inval)|h[ls]v|ss|cbo|prefetch|c\.(j|beqz|bnez|ebreak|ss))/;
  return ENCODINGS.filter(
    ({ name, xlen: only, extensions: needs }) =>
      !not.test(name) &&
      (only === null || only === xlen) &&
      needs.every((extension) => extensions.includes(extension)),
  );
}

export function straightLine(
  random: Random,
  xlen: 32 | 64,
  rows: readonly Encoding[],
  length: number,
): Program {
  const words: { word: number; length: 2 | 4 }[] = [];
  const names: string[] = [];
  const emit = (word: number) => words.push({ word, length: 4 });
  const data = new Uint8Array(POOL * 8);
  for (let k = 0; k < POOL; k++) {
    const value = k % 2 === 0 ? interesting(random, xlen) : interestingFloat(random);
    for (let n = 0; n < 8; n++) data[8 * k + n] = Number((value >> BigInt(8 * n)) & 0xffn);
  }
  const wide = xlen === 64;
  let logged = 0;
  const advance = (size: number) => {
    logged += size;
    emit(i(size, 30, 0, 30, 0x13));
  };
  const setAddress = (register: number, at: number) => {
    emit((((at + 0x800) & 0xffff_f000) | (register << 7) | 0x37) >>> 0);
    emit(i(at & 0xfff, register, 0, register, 0x13));
  };
  setAddress(31, DATA + 0x400);
  setAddress(8, DATA + 0x400);
  setAddress(2, DATA + 0x400);
  setAddress(30, LOG);
  for (let n = 0; n < 32; n++) {
    emit(i(16 * random.below(60) - 0x1f8, 31, 3, n, 0x07));
    if (n > 0 && !RESERVED.includes(n))
      emit(i(16 * random.below(60) - 0x200, 31, wide ? 3 : 2, n, 0x03));
  }
  for (let k = 0; k < length; k++) {
    const row = random.pick(rows);
    const made = operandsFor(random, row, xlen);
    if (made === null) continue;
    // A fresh operand now and then, so that not all becomes NaN or zero.
    for (const letter of ['a', 'b', 'c'] as const) {
      const at = row.fields.get(letter);
      if (at === undefined || !random.chance(0.6)) continue;
      const register = (made >>> at) & 31;
      if (row.extensions.includes('F') || row.extensions.includes('D')) {
        const load = random.chance(0.1) ? 2 : row.name.endsWith('.s') ? 2 : 3;
        emit(i(16 * random.below(60) - 0x1f8, 31, random.chance(0.1) ? 3 : load, register, 0x07));
      }
      if (register !== 0 && !RESERVED.includes(register)) {
        emit(i(16 * random.below(60) - 0x200, 31, wide ? 3 : 2, register, 0x03));
      }
    }
    names.push(row.name);
    words.push({ word: made, length: row.length });
    if (row.name.startsWith('lr.')) {
      const match = row.name.endsWith('w') ? 0x1800_202f : 0x1800_302f;
      const again = (match | (made & 0x000f_8000) | (5 << 20) | (6 << 7)) >>> 0;
      words.push({ word: again, length: 4 });
    }
    // All the results that it can have: rd as x and as f, and the flags.
    const rd = destination(made, row);
    emit(s(0, rd, 30, wide ? 3 : 2, 0x23));
    emit(s(8, rd, 30, 3, 0x27));
    emit(i(3, 0, 2, 29, 0x73));
    emit(s(16, 29, 30, 2, 0x23));
    if (random.chance(0.05)) {
      // No flags, and another rounding mode.
      emit(i(1, 0, 5, 0, 0x73));
      emit(i(2, random.below(5), 5, 0, 0x73));
    }
    advance(24);
  }
  // Results to standard output, and the end.
  for (const [register, value] of [
    [10, 1],
    [17, 64],
  ] as const)
    emit(i(value, 0, 0, register, 0x13));
  setAddress(11, LOG);
  emit((0x4000_0033 | (11 << 20) | (30 << 15) | (12 << 7)) >>> 0);
  emit(0x73);
  emit(i(0, 0, 0, 10, 0x13));
  emit(i(93, 0, 0, 17, 0x13));
  emit(0x73);
  return { words, names, data, logged };
}

/** The register that a word may write. */
function destination(word: number, row: Encoding): number {
  const at = row.fields.get('d');
  if (at !== undefined) return (word >>> at) & 31;
  if (row.length === 4) return 0;
  const low = (word & 3) === 0 ? 2 : 7;
  return 8 + ((word >>> low) & 7);
}

/** A word that computes, or reads and writes the data area; null when it would not. */
function operandsFor(random: Random, row: Encoding, xlen: 32 | 64): number | null {
  let word = randomWord(random, row);
  const { name, fields } = row;
  const memory = /^(l[bhw]u?|ld|s[bhwd]|f[ls][wd])$|^(lr|sc|amo)/.test(name);
  const base = fields.get('a');
  if (memory && base !== undefined) word = withField(word, base, 5, random.pick([2, 8, 31]));
  if (name.startsWith('sc.')) return null;
  if (/^[sf]?s[bhwd]$/.test(name) || name === 'fsw' || name === 'fsd') {
    // Stores stay behind the pool of operands.
    const offset = 0x400 + 8 * random.below(120);
    const value = (word >>> 20) & 31;
    word = s(offset, value, (word >>> 15) & 31, (word >>> 12) & 7, word & 0x7f);
  } else if (memory && !/^(lr|amo)/.test(name)) {
    const size = 2 ** ((word >>> 12) & 3);
    word = ((word & 0xf_ffff) | ((size * random.below(512 / size)) << 20)) >>> 0;
  }
  const rm = fields.get('m');
  if (rm !== undefined) word = withField(word, rm, 3, random.pick([0, 1, 2, 3, 4, 7]));
  if (row.length === 2) {
    const pointer = /^c\.f?[ls][wd]$/.test(name);
    if (pointer) word = withField(word, 7, 3, 0);
    if (/sp$/.test(name) && /^c\.f?s/.test(name)) return null;
    if (/^c\.(addi4spn|lui|addi16sp|addiw|lwsp|ldsp|li|addi|slli|mv|add)$/.test(name)) {
      if (word === 0 || ((word >>> 2) & 0x7ff) === 0) return null;
    }
    if (!isLegalCompressed(word, name, xlen)) return null;
    const rd = destination(word, row);
    const stores = /^c\.f?s[wd]$/.test(name);
    const floats = /^c\.fl/.test(name);
    if (stores || floats) return word;
    if (name === 'c.addi16sp') return null;
    return RESERVED.includes(rd) ? null : word;
  }
  const rd = fields.get('d');
  if (rd !== undefined && RESERVED.includes((word >>> rd) & 31)) {
    word = withField(word, rd, 5, random.pick([0, 1, 3, 5, 9, 10, 15, 28]));
  }
  return word;
}

function isLegalCompressed(word: number, name: string, xlen: 32 | 64): boolean {
  const rd = (word >>> 7) & 31;
  const immediate = ((word >>> 7) & 0x20) | ((word >>> 2) & 31);
  if (name === 'c.addi4spn') return (word & 0x1fe0) !== 0;
  if (name === 'c.lui') return immediate !== 0 && rd !== 2;
  if (/^c\.(lwsp|ldsp|addiw)$/.test(name)) return rd !== 0;
  if (/^c\.(mv|add)$/.test(name)) return ((word >>> 2) & 31) !== 0 && rd !== 0;
  if (/^c\.(slli|srli|srai)$/.test(name)) return xlen === 64 || immediate < 32;
  return true;
}

/** The bytes of a program's code. */
export function codeOf(program: Program): Uint8Array {
  const bytes: number[] = [];
  for (const { word, length } of program.words) {
    for (let k = 0; k < length; k++) bytes.push((word >>> (8 * k)) & 0xff);
  }
  return Uint8Array.from(bytes);
}
