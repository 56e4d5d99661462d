/** Random instructions of every encoding, with operands that mean something more often than not. */
import { CSR_NUMBERS } from '../oracle/csr-numbers.ts';
import { ENCODINGS } from '../oracle/encodings.ts';
import type { Encoding } from '../oracle/encodings.ts';
import type { Random } from './random.test-support.ts';
import { randomWord, withField } from './straight-line.test-support.ts';

export interface Instruction {
  readonly word: number;
  readonly length: 2 | 4;
}

/** What registers hold: which of them are addresses of data, which of code. */
export interface Roles {
  readonly data: readonly number[];
  readonly code: readonly number[];
}

const MEMORY =
  /^(l[bhw]u?|ld|s[bhwd]|f[ls][wd]|(lr|sc)\.[wd]|amo.*|hlv.*|hsv.*|cbo\..*|ssamoswap.*|prefetch.*)$/;
const BASIC_LOAD = /^(l[bhw]u?|ld|fl[wd])$/;
const BASIC_STORE = /^(s[bhwd]|fs[wd])$/;
const WAIT = /^(wfi|wrs\.)/;
const BRANCH = /^b(eq|ne|lt|ge|ltu|geu)$/;

const LISTS = new Map<32 | 64, readonly Encoding[]>();

function listFor(xlen: 32 | 64): readonly Encoding[] {
  let list = LISTS.get(xlen);
  if (list === undefined) {
    // Worlds of 64 bits are more, and what one waits on ends a loop.
    list = ENCODINGS.filter((row) => row.xlen === null || row.xlen === xlen).flatMap((row) => {
      const weight = row.xlen === 32 ? 5 : row.xlen === 64 ? 3 : 2;
      return [...Array<Encoding>(WAIT.test(row.name) ? 3 * weight : weight).fill(row)];
    });
    LISTS.set(xlen, list);
  }
  return list;
}

const NUMBERS = [...CSR_NUMBERS.values()];
/** Counters and PMP have many numbers: the others come as often as all of them. */
const FEW = [...CSR_NUMBERS].filter(([name]) => !/hpm|pmp/.test(name)).map(([, number]) => number);

export function instruction(random: Random, xlen: 32 | 64, roles: Roles): Instruction {
  if (random.chance(0.02)) return anything(random);
  const row = random.pick(listFor(xlen));
  return { word: operands(random, row, roles, xlen), length: row.length };
}

function anything(random: Random): Instruction {
  const word = random.word();
  if (random.chance(0.5)) return { word: (word & 0xffff & ~3) | random.below(3), length: 2 };
  const opcode = random.pick([0x03, 0x0f, 0x13, 0x1b, 0x2f, 0x33, 0x3b, 0x53, 0x67, 0x73]);
  return { word: ((word & ~0x7f) | opcode) >>> 0, length: 4 };
}

function operands(random: Random, row: Encoding, roles: Roles, xlen: 32 | 64): number {
  const { name, fields } = row;
  let word = randomWord(random, row);
  const put = (letter: string, value: number) => {
    const at = fields.get(letter);
    if (at !== undefined) word = withField(word, at, letter === 'm' ? 3 : 5, value);
  };
  if (name.startsWith('csr')) {
    const number = random.chance(0.9)
      ? random.pick(random.chance(0.85) ? FEW : NUMBERS)
      : random.below(4096);
    word = ((word & 0xf_ffff) | (number << 20)) >>> 0;
    // Reads without writing are the common case.
    if (random.chance(0.4)) word = withField(word, 15, 5, 0);
    return word;
  }
  if (MEMORY.test(name) && random.chance(0.92)) {
    put('a', random.pick(roles.data));
    const size = BASIC_LOAD.test(name) || BASIC_STORE.test(name) ? 2 ** ((word >>> 12) & 3) : 1;
    const small = (random.below(33) - 16) * (random.chance(0.9) ? size : 1);
    if (BASIC_LOAD.test(name)) word = ((word & 0xf_ffff) | (small << 20)) >>> 0;
    if (BASIC_STORE.test(name)) {
      word = ((word & 0x01ff_f07f) | ((small >> 5) << 25) | ((small & 31) << 7)) >>> 0;
    }
  }
  if (/^(jalr|c\.jalr|c\.jr)$/.test(name) && random.chance(0.9)) {
    const target = random.pick(roles.code);
    if (row.length === 4) {
      put('a', target);
      word = ((word & 0xf_ffff) | ((random.below(32) - 16) << 20)) >>> 0;
    } else put('d', target);
  }
  if (BRANCH.test(name) && random.chance(0.7)) {
    // A few instructions ahead; half an instruction more traps where all are whole words.
    const parcels = random.pick([2, 4, 6, 8]) + (random.chance(0.6) ? 1 : 0);
    word = ((word & 0x01ff_f07f) | (parcels << 8)) >>> 0;
    if (random.chance(0.3)) put('b', (word >>> 15) & 31);
  }
  if (name.startsWith('amocas') && random.chance(0.95)) {
    const pair = name.endsWith('q') || (name.endsWith('d') && xlen === 32);
    if (pair) {
      put('d', 2 * random.below(16));
      put('b', 2 * random.below(16));
    }
  }
  const mode = fields.get('m');
  if (mode !== undefined && random.chance(0.96)) put('m', random.pick([0, 1, 2, 3, 4, 7, 7]));
  return word;
}
