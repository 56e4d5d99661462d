import { describe, expect, test } from 'vitest';
import { Assembler } from '../../../isa/assemble.ts';
import { wholeIsa } from '../../../isa/extensions.ts';
import { decodeInstruction, decodeTransformed, shownInstruction } from './access.ts';

const assembler = new Assembler(wholeIsa(64));

function word(text: string): number {
  const assembled = assembler.assemble(text, 0n);
  if (assembled.error !== null) throw new Error(assembled.error.message);
  return assembled.bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
}

describe('an instruction that meets an emulated device', () => {
  test.each([
    ['lb t3, 5(a1)', false, 1, true, 28, 4],
    ['lh t3, 5(a1)', false, 2, true, 28, 4],
    ['lw t3, 5(a1)', false, 4, true, 28, 4],
    ['ld t3, 5(a1)', false, 8, true, 28, 4],
    ['lbu t3, 5(a1)', false, 1, false, 28, 4],
    ['lhu t3, 5(a1)', false, 2, false, 28, 4],
    ['lwu zero, 5(a1)', false, 4, false, 0, 4],
    ['sb t6, -1(a1)', true, 1, true, 31, 4],
    ['sh t6, -1(a1)', true, 2, true, 31, 4],
    ['sw t6, -1(a1)', true, 4, true, 31, 4],
    ['sd t6, -1(a1)', true, 8, true, 31, 4],
    ['c.lw a5, 4(a1)', false, 4, true, 15, 2],
    ['c.ld s0, 8(a1)', false, 8, true, 8, 2],
    ['c.sw a2, 4(a1)', true, 4, true, 12, 2],
    ['c.sd a2, 8(a1)', true, 8, true, 12, 2],
    ['c.lwsp t3, 4(sp)', false, 4, true, 28, 2],
    ['c.ldsp t3, 8(sp)', false, 8, true, 28, 2],
    ['c.swsp t3, 4(sp)', true, 4, true, 28, 2],
    ['c.sdsp t3, 8(sp)', true, 8, true, 28, 2],
  ])('%s', (text, isStore, bytes, isSigned, register, length) => {
    expect(decodeInstruction(word(text), 64)).toEqual({
      isStore,
      bytes,
      isSigned,
      register,
      length,
    });
  });

  test.each([
    'amoadd.w a0, a1, (a2)',
    'lr.d a0, (a2)',
    'fld fa0, 0(a1)',
    'fsd fa0, 0(a1)',
    'c.fld fa0, 0(a1)',
    'c.fsdsp fa0, 0(sp)',
    'c.addi a0, 1',
    'addi a0, a0, 1',
  ])('%s is none', (text) => {
    expect(decodeInstruction(word(text), 64)).toBeNull();
  });

  test('of 64 bits does not exist at XLEN 32', () => {
    expect(decodeInstruction(word('ld a0, 0(a1)'), 32)).toBeNull();
    expect(decodeInstruction(word('lwu a0, 0(a1)'), 32)).toBeNull();
    expect(decodeInstruction(word('c.ld s0, 8(a1)'), 32)).toBeNull();
    expect(decodeInstruction(word('lw a0, 0(a1)'), 32)).not.toBeNull();
  });
});

describe('htinst', () => {
  const withoutOffset = 0xfff0_7fff >>> 0;

  test('of a load has immediate and rs1 clear', () => {
    const htinst = BigInt(word('lhu t3, 0(x0)') & withoutOffset);
    expect(decodeTransformed(htinst, 64)).toMatchObject({ bytes: 2, register: 28, length: 4 });
  });

  test('of a compressed one has bit 1 clear', () => {
    const htinst = BigInt(word('sw t3, 0(x0)')) & ~2n;
    expect(decodeTransformed(htinst, 64)).toMatchObject({ isStore: true, register: 28, length: 2 });
  });

  test('of a walk, or of a part of a misaligned access, is no instruction to emulate', () => {
    expect(decodeTransformed(0x3000n, 64)).toBeNull();
    expect(decodeTransformed(0x3020n, 64)).toBeNull();
    expect(decodeTransformed(BigInt(word('lw t3, 0(a1)')), 64)).toBeNull();
  });
});

describe('what the host sees', () => {
  test.each([
    ['lbu t3, 9(t0)', 'lbu a0, 0(x0)'],
    ['ld s11, 9(t0)', 'ld a0, 0(x0)'],
    ['sh t6, 9(t0)', 'sh a0, 0(x0)'],
    ['c.sdsp t6, 8(sp)', 'sd a0, 0(x0)'],
  ])('of %s is %s', (text, shown) => {
    const access = decodeInstruction(word(text), 64);
    expect(access === null ? null : shownInstruction(access)).toBe(BigInt(word(shown)));
  });
});
