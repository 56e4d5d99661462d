/** LR, SC, the AMOs of A, the compare-and-swap of Zacas, and SSAMOSWAP. */
import type { HartCore } from './hart-core.ts';
import { requireShadowStack } from './shadow-stack.ts';
import { extend, field, funct3Of, rdOf, rs1Of, rs2Of } from './word.ts';

type Combine = (old: bigint, operand: bigint, n: number) => bigint;

const signed = (value: bigint, n: number) => BigInt.asIntN(n, value);

/** By funct5; both operands unsigned, of `n` bits. */
const AMOS: Readonly<Record<number, Combine>> = {
  0x00: (old, b) => old + b,
  0x01: (_, b) => b,
  0x04: (old, b) => old ^ b,
  0x08: (old, b) => old | b,
  0x0c: (old, b) => old & b,
  0x10: (old, b, n) => (signed(old, n) < signed(b, n) ? old : b),
  0x14: (old, b, n) => (signed(old, n) > signed(b, n) ? old : b),
  0x18: (old, b) => (old < b ? old : b),
  0x1c: (old, b) => (old > b ? old : b),
};

export function executeAtomic(h: HartCore, word: number): void {
  const funct5 = field(word, 31, 27);
  const size = 2 ** funct3Of(word);
  if (funct5 === 0x05) return compareAndSwap(h, word, size);
  h.require(size === 4 || (size === 8 && h.xlen === 64));
  const [rd, rs1, rs2] = [rdOf(word), rs1Of(word), rs2Of(word)];
  const n = size * 8;
  const operand = BigInt.asUintN(n, h.get(rs2));
  const address = h.get(rs1);
  const result = (value: bigint) => h.set(rd, extend(value, n, h.xlen));
  if (funct5 === 0x09) {
    requireShadowStack(h, 'swap');
    return result(h.access('ssamoswap', address, size, { value: operand }).value);
  }
  h.require(h.has('A'));
  if (funct5 === 0x02) {
    h.require(rs2 === 0);
    const { value, pa } = h.access('lr', address, size);
    h.reservation = { address: pa, size };
    return result(value);
  }
  if (funct5 === 0x03) {
    const held = h.reservation;
    const reserved =
      held === null ? false : (pa: bigint) => held.address === pa && held.size === size;
    const { value } = h.access('sc', address, size, { value: operand, reserved });
    h.reservation = null;
    return h.set(rd, value);
  }
  const amo = AMOS[funct5];
  if (amo === undefined) return h.illegal();
  result(h.access('amo', address, size, { combine: (old) => amo(old, operand, n) }).value);
}

/** AMOCAS.W, .D and, at XLEN 64, .Q; twice XLEN bits live in an even register and the next one. */
function compareAndSwap(h: HartCore, word: number, size: number): void {
  h.require(h.has('Zacas'));
  h.require(size === 4 || size === 8 || (size === 16 && h.xlen === 64));
  const [rd, rs2] = [rdOf(word), rs2Of(word)];
  const n = size * 8;
  const pair = n > h.xlen;
  h.require(!pair || (rd % 2 === 0 && rs2 % 2 === 0));
  const upper = BigInt(h.xlen);
  const read = (register: number) => {
    if (!pair) return BigInt.asUintN(n, h.get(register));
    // A pair that begins with x0 is zero as a whole.
    return register === 0 ? 0n : h.get(register) | (h.get(register + 1) << upper);
  };
  const expected = read(rd);
  const desired = read(rs2);
  const combine = (old: bigint) => (old === expected ? desired : null);
  const { value } = h.access('amo', h.get(rs1Of(word)), size, { combine });
  if (!pair) return h.set(rd, extend(value, n, h.xlen));
  if (rd === 0) return;
  h.set(rd + 1, value >> upper);
  h.set(rd, value);
}
