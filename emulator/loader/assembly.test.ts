import { expect, it } from 'vitest';
import { wholeIsa } from '../isa/extensions.ts';
import { loadAssembly } from './assembly.ts';

const load = (text: string, address = 0x8000_0000n) =>
  loadAssembly(text, wholeIsa(64), 'custom', address);

it('a text is a program for its address, entered at its first byte', () => {
  const { image } = load('start: nop\nloop: j loop\ntohost: .dword 0');
  expect(image).toMatchObject({
    ...{ xlen: 64, entry: 0x8000_0000n, tohost: 0x8000_0008n, fromhost: null },
  });
  // addi zero, zero, 0 and jal zero, .
  expect([...(image?.segments[0]?.bytes.subarray(0, 8) ?? [])]).toEqual([
    ...[0x13, 0, 0, 0],
    ...[0x6f, 0, 0, 0],
  ]);
});

it('labels are symbols', () => {
  const symbols = load('start: nop\nloop: j loop').image?.symbols;
  expect(symbols?.find('loop')).toBe(0x8000_0004n);
  expect(symbols?.nearest(0x8000_0006n)).toEqual({ name: 'loop', offset: 2n });
  expect(symbols?.nearest(0x8000_0008n)).toBe(null);
});

it('a mistake is a refusal with its place, and a text without instructions is one', () => {
  expect(load('nop\n  addi a0, a1').error?.message).toMatch(/^line 2, column \d+: /);
  expect(load('# nothing').error?.message).toBe('the text has no instruction');
});
