/** OP and OP-32: two registers to one, of I, M, Zba, Zbb, Zbs and Zicond. */
import type { HartCore } from './hart-core.ts';
import { countOnes, leadingZeros } from './bit-counts.ts';
import { extend, funct3Of, funct7Of, rdOf, rs1Of, rs2Of } from './word.ts';

/** Operands unsigned, of `n` bits; the result is cut to `n` bits by the caller. */
type Run = (a: bigint, b: bigint, n: number) => bigint;

interface Row {
  readonly extension: string;
  readonly run: Run;
}

const signed = (value: bigint, n: number) => BigInt.asIntN(n, value);
const mask = (n: number) => (1n << BigInt(n)) - 1n;
const amount = (b: bigint, n: number) => b & BigInt(n - 1);
const truth = (value: boolean) => (value ? 1n : 0n);

export const rotateLeft: Run = (a, b, n) => {
  const k = amount(b, n);
  return ((a << k) | (a >> (BigInt(n) - k))) & mask(n);
};
export const rotateRight: Run = (a, b, n) => rotateLeft(a, BigInt(n) - amount(b, n), n);

/** Quotient and remainder as the chapter "M" has them: no traps, round towards zero. */
const quotient = (a: bigint, b: bigint) => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint) => (b === 0n ? a : a % b);

const row = (extension: string, run: Run): Row => ({ extension, run });

/** By funct7 and funct3; XLEN bits. */
const OP: Readonly<Record<string, Row>> = {
  '00 0': row('I', (a, b) => a + b),
  '20 0': row('I', (a, b) => a - b),
  '00 1': row('I', (a, b, n) => a << amount(b, n)),
  '00 2': row('I', (a, b, n) => truth(signed(a, n) < signed(b, n))),
  '00 3': row('I', (a, b) => truth(a < b)),
  '00 4': row('I', (a, b) => a ^ b),
  '00 5': row('I', (a, b, n) => a >> amount(b, n)),
  '20 5': row('I', (a, b, n) => signed(a, n) >> amount(b, n)),
  '00 6': row('I', (a, b) => a | b),
  '00 7': row('I', (a, b) => a & b),
  '01 0': row('M', (a, b) => a * b),
  '01 1': row('M', (a, b, n) => (signed(a, n) * signed(b, n)) >> BigInt(n)),
  '01 2': row('M', (a, b, n) => (signed(a, n) * b) >> BigInt(n)),
  '01 3': row('M', (a, b, n) => (a * b) >> BigInt(n)),
  '01 4': row('M', (a, b, n) => quotient(signed(a, n), signed(b, n))),
  '01 5': row('M', (a, b) => quotient(a, b)),
  '01 6': row('M', (a, b, n) => remainder(signed(a, n), signed(b, n))),
  '01 7': row('M', (a, b) => remainder(a, b)),
  '10 2': row('Zba', (a, b) => (a << 1n) + b),
  '10 4': row('Zba', (a, b) => (a << 2n) + b),
  '10 6': row('Zba', (a, b) => (a << 3n) + b),
  '20 4': row('Zbb', (a, b) => ~(a ^ b)),
  '20 6': row('Zbb', (a, b) => a | ~b),
  '20 7': row('Zbb', (a, b) => a & ~b),
  '05 4': row('Zbb', (a, b, n) => (signed(a, n) < signed(b, n) ? a : b)),
  '05 5': row('Zbb', (a, b) => (a < b ? a : b)),
  '05 6': row('Zbb', (a, b, n) => (signed(a, n) > signed(b, n) ? a : b)),
  '05 7': row('Zbb', (a, b) => (a > b ? a : b)),
  '30 1': row('Zbb', rotateLeft),
  '30 5': row('Zbb', rotateRight),
  '24 1': row('Zbs', (a, b, n) => a & ~(1n << amount(b, n))),
  '24 5': row('Zbs', (a, b, n) => (a >> amount(b, n)) & 1n),
  '34 1': row('Zbs', (a, b, n) => a ^ (1n << amount(b, n))),
  '14 1': row('Zbs', (a, b, n) => a | (1n << amount(b, n))),
  '07 5': row('Zicond', (a, b) => (b === 0n ? 0n : a)),
  '07 7': row('Zicond', (a, b) => (b !== 0n ? 0n : a)),
};

/** By funct7 and funct3; the low 32 bits of both, the result sign-extended. */
const OP_32: Readonly<Record<string, Row>> = {
  '00 0': row('I', (a, b) => a + b),
  '20 0': row('I', (a, b) => a - b),
  '00 1': row('I', (a, b) => a << amount(b, 32)),
  '00 5': row('I', (a, b) => a >> amount(b, 32)),
  '20 5': row('I', (a, b) => signed(a, 32) >> amount(b, 32)),
  '01 0': row('M', (a, b) => a * b),
  '01 4': row('M', (a, b) => quotient(signed(a, 32), signed(b, 32))),
  '01 5': row('M', (a, b) => quotient(a, b)),
  '01 6': row('M', (a, b) => remainder(signed(a, 32), signed(b, 32))),
  '01 7': row('M', (a, b) => remainder(a, b)),
  '30 1': row('Zbb', rotateLeft),
  '30 5': row('Zbb', rotateRight),
};

/** OP-32 rows that take all of rs2, and only the word of rs1. */
const UNSIGNED_WORD: Readonly<Record<string, bigint>> = {
  '04 0': 0n,
  '10 2': 1n,
  '10 4': 2n,
  '10 6': 3n,
};

const key = (word: number) => `${funct7Of(word).toString(16).padStart(2, '0')} ${funct3Of(word)}`;

export function executeOp(h: HartCore, word: number): void {
  const a = h.get(rs1Of(word));
  const b = h.get(rs2Of(word));
  // zext.h of RV32 lies here, that of RV64 in OP-32.
  if (h.xlen === 32 && key(word) === '04 4' && rs2Of(word) === 0) {
    h.require(h.has('Zbb'));
    return h.set(rdOf(word), a & 0xffffn);
  }
  const found = OP[key(word)];
  if (found === undefined) return h.illegal();
  h.require(found.extension === 'I' || h.has(found.extension));
  h.set(rdOf(word), found.run(a, b, h.xlen));
}

export function executeOp32(h: HartCore, word: number): void {
  h.require(h.xlen === 64);
  const a = BigInt.asUintN(32, h.get(rs1Of(word)));
  const b = h.get(rs2Of(word));
  if (key(word) === '04 4' && rs2Of(word) === 0) {
    h.require(h.has('Zbb'));
    return h.set(rdOf(word), a & 0xffffn);
  }
  const shift = UNSIGNED_WORD[key(word)];
  if (shift !== undefined) {
    h.require(h.has('Zba'));
    return h.set(rdOf(word), (a << shift) + b);
  }
  const found = OP_32[key(word)];
  if (found === undefined) return h.illegal();
  h.require(found.extension === 'I' || h.has(found.extension));
  h.set(rdOf(word), extend(found.run(a, BigInt.asUintN(32, b), 32), 32, 64));
}

/** The instructions of Zbb with one operand, by the rs2 field; `n` bits. */
export function unary(which: number, a: bigint, n: number): bigint | null {
  switch (which) {
    case 0:
      return leadingZeros(a, n);
    case 1: {
      let count = 0n;
      while (count < BigInt(n) && ((a >> count) & 1n) === 0n) count++;
      return count;
    }
    case 2:
      return countOnes(a);
    default:
      return null;
  }
}
