import { expect, test } from 'vitest';
import { Memory } from '../memory/memory.ts';
import { Registers } from './registers.ts';

function harts(memory: Memory, xlen: 32 | 64): readonly Registers[] {
  return [0, 1, 2].map((hart) => {
    const registers = new Registers();
    registers.attach(memory, hart, xlen);
    return registers;
  });
}

test('each hart has 32 registers of both kinds and a pc of its own', () => {
  const memory = new Memory();
  memory.reset(2 ** 20, 1, 3);
  const all = harts(memory, 64);
  all.forEach((hart, k) => {
    const base = BigInt(k + 1) << 60n;
    for (let n = 0; n < 32; n++) {
      hart.setX(n, base + BigInt(n));
      hart.setF(n, base + BigInt(100 + n));
    }
    hart.pc = base + 200n;
  });
  all.forEach((hart, k) => {
    const base = BigInt(k + 1) << 60n;
    expect(hart.x(0)).toBe(0n);
    for (let n = 1; n < 32; n++) expect(hart.x(n)).toBe(base + BigInt(n));
    for (let n = 0; n < 32; n++) expect(hart.f(n)).toBe(base + BigInt(100 + n));
    expect(hart.pc).toBe(base + 200n);
  });
});

test('on RV32 only the low half of x and pc counts, and f has 64 bits', () => {
  const memory = new Memory();
  memory.reset(2 ** 20, 1);
  const [hart] = harts(memory, 32);
  hart.setX(5, 0x1_8000_0000n);
  hart.pc = -4n;
  hart.setF(5, 0xffff_ffff_3f80_0000n);
  expect([hart.x(5), hart.pc, hart.f(5)]).toEqual([
    0x8000_0000n,
    0xffff_fffcn,
    0xffff_ffff_3f80_0000n,
  ]);
});

test('a reset leaves zeros, in the same memory and in another', () => {
  const memory = new Memory();
  for (const size of [2 ** 20, 2 ** 20, 2 ** 21]) {
    memory.reset(size, 1, 3);
    const [, hart] = harts(memory, 64);
    expect([hart.x(31), hart.f(0), hart.pc]).toEqual([0n, 0n, 0n]);
    hart.setX(31, 1n);
    hart.setF(0, 1n);
    hart.pc = 1n;
  }
});
