/** OP-IMM and OP-IMM-32: a register and an immediate, of I, Zba, Zbb and Zbs. */
import type { HartCore } from './hart-core.ts';
import { rotateRight, unary } from './register-operations.ts';
import { extend, field, funct3Of, immediateI, rdOf, rs1Of, rs2Of } from './word.ts';

export function executeOpImm(h: HartCore, word: number): void {
  const a = h.get(rs1Of(word));
  const immediate = immediateI(word);
  const n = h.xlen;
  const result = (value: bigint) => h.set(rdOf(word), value);
  switch (funct3Of(word)) {
    case 0:
      return result(a + immediate);
    case 2:
      return result(BigInt.asIntN(n, a) < immediate ? 1n : 0n);
    case 3:
      return result(a < BigInt.asUintN(n, immediate) ? 1n : 0n);
    case 4:
      return result(a ^ immediate);
    case 6:
      return result(a | immediate);
    case 7:
      return result(a & immediate);
    case 1:
      return shiftLeft(h, word, a);
    default:
      return shiftRight(h, word, a);
  }
}

/** The shift amount (6 bits, 5 at XLEN 32) and what stands above it, as a funct6. */
function shift(h: HartCore, word: number): { amount: bigint; funct6: number } {
  const amount = field(word, 25, 20);
  // The sixth bit of an amount is reserved at XLEN 32.
  h.require(h.xlen === 64 || amount < 32);
  return { amount: BigInt(amount), funct6: field(word, 31, 26) };
}

function shiftLeft(h: HartCore, word: number, a: bigint): void {
  const rd = rdOf(word);
  if (field(word, 31, 25) === 0x30) {
    h.require(h.has('Zbb'));
    const which = rs2Of(word);
    if (which === 4) return h.set(rd, extend(a, 8, h.xlen));
    if (which === 5) return h.set(rd, extend(a, 16, h.xlen));
    const value = unary(which, a, h.xlen);
    return value === null ? h.illegal() : h.set(rd, value);
  }
  const { amount, funct6 } = shift(h, word);
  if (funct6 === 0) return h.set(rd, a << amount);
  h.require(h.has('Zbs'));
  if (funct6 === 0x12) return h.set(rd, a & ~(1n << amount));
  if (funct6 === 0x1a) return h.set(rd, a ^ (1n << amount));
  if (funct6 === 0x0a) return h.set(rd, a | (1n << amount));
  h.illegal();
}

function shiftRight(h: HartCore, word: number, a: bigint): void {
  const rd = rdOf(word);
  const whole = field(word, 31, 20);
  if (whole === 0x287) {
    h.require(h.has('Zbb'));
    return h.set(
      rd,
      byByte(a, h.xlen, (byte) => (byte === 0n ? 0n : 0xffn)),
    );
  }
  if (whole === (h.xlen === 64 ? 0x6b8 : 0x698)) {
    h.require(h.has('Zbb'));
    let reversed = 0n;
    for (let k = 0; k < h.xlen; k += 8) reversed = (reversed << 8n) | ((a >> BigInt(k)) & 0xffn);
    return h.set(rd, reversed);
  }
  const { amount, funct6 } = shift(h, word);
  if (funct6 === 0) return h.set(rd, a >> amount);
  if (funct6 === 0x10) return h.set(rd, BigInt.asIntN(h.xlen, a) >> amount);
  if (funct6 === 0x18) {
    h.require(h.has('Zbb'));
    return h.set(rd, rotateRight(a, amount, h.xlen));
  }
  h.require(funct6 === 0x12 && h.has('Zbs'));
  h.set(rd, (a >> amount) & 1n);
}

function byByte(a: bigint, n: number, change: (byte: bigint) => bigint): bigint {
  let value = 0n;
  for (let k = n - 8; k >= 0; k -= 8) value = (value << 8n) | change((a >> BigInt(k)) & 0xffn);
  return value;
}

export function executeOpImm32(h: HartCore, word: number): void {
  h.require(h.xlen === 64);
  const rd = rdOf(word);
  const whole = h.get(rs1Of(word));
  const a = BigInt.asUintN(32, whole);
  const result = (value: bigint) => h.set(rd, extend(value, 32, 64));
  const funct3 = funct3Of(word);
  const funct7 = field(word, 31, 25);
  const amount = BigInt(rs2Of(word));
  if (funct3 === 0) return result(a + immediateI(word));
  if (funct3 === 1 && field(word, 31, 26) === 2) {
    h.require(h.has('Zba'));
    return h.set(rd, a << BigInt(field(word, 25, 20)));
  }
  if (funct3 === 1 && funct7 === 0) return result(a << amount);
  if (funct3 === 1 && funct7 === 0x30) {
    h.require(h.has('Zbb'));
    const value = unary(rs2Of(word), a, 32);
    return value === null ? h.illegal() : h.set(rd, value);
  }
  if (funct3 === 5 && funct7 === 0) return result(a >> amount);
  if (funct3 === 5 && funct7 === 0x20) return result(BigInt.asIntN(32, a) >> amount);
  if (funct3 === 5 && funct7 === 0x30) {
    h.require(h.has('Zbb'));
    return result(rotateRight(a, amount, 32));
  }
  h.illegal();
}
