import { describe, expect, it } from 'vitest';
import { Assembler } from './assemble.ts';
import { Decoder } from './decode.ts';
import { wholeIsa } from './extensions.ts';
import { transformedOf, wordOf } from './transform.ts';

const decoder = new Decoder(wholeIsa(64));
const assembler = new Assembler(wholeIsa(64));

function decoded(text: string) {
  const assembled = assembler.assemble(text);
  if (assembled.error !== null) throw new Error(text);
  const word = assembled.bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
  const found = decoder.decode(word);
  if (found === null) throw new Error(text);
  return { word, found };
}

const hex = (word: number) => `0x${word.toString(16)}`;

describe('the transformed instruction', () => {
  // Fields by the hypervisor chapter: loads keep funct3, rd, opcode; stores rs2, funct3, opcode; atomics funct5, aq,
  // rl, rs2, funct3, rd, opcode; HLV and HSV funct7, rs2, funct3, rd, opcode; cache blocks operation, funct3, opcode.
  it.each([
    ['ld a0, 8(a1)', 0x00003503],
    ['lbu x31, -1(x1)', 0x00004f83],
    ['sd a2, -8(a1)', 0x00c03023],
    ['fld fa0, 16(a1)', 0x00003507],
    ['fsw fa1, 16(a1)', 0x00b02027],
    ['amoadd.w.aqrl a0, a1, (a2)', 0x06b0252f],
    ['lr.d.aq a0, (a2)', 0x1400352f],
    ['sc.w.rl a0, a1, (a2)', 0x1ab0252f],
    ['amocas.d a0, a2, (a3)', 0x28c0352f],
    ['hlv.wu a0, (a1)', 0x68104573],
    ['hlvx.hu a0, (a1)', 0x64304573],
    ['hsv.d a0, (a1)', 0x6ea04073],
    ['cbo.zero (a1)', 0x0040200f],
    ['cbo.inval (a1)', 0x0000200f],
    ['sspush ra', 0],
  ])('of %s', (text, expected) => {
    expect(hex(transformedOf(decoded(text).found))).toBe(hex(expected));
  });

  it.each([
    ['c.ld a0, 8(a1)', 0x00003501],
    ['c.sd a2, 8(a1)', 0x00c03021],
    ['c.lwsp a0, 4(sp)', 0x00002501],
    ['c.fsdsp fa0, 8(sp)', 0x00a03025],
  ])('of %s is that of its expansion with bit 1 clear', (text, expected) => {
    expect(hex(transformedOf(decoded(text).found))).toBe(hex(expected));
  });
});

it.each([
  ...['csrrw a0, mstatus, a1', 'csrrsi a0, 0x800, 31', 'mret', 'hfence.vvma a0, a1', 'c.ebreak'],
  ...['fadd.d fa0, fa1, fa2, rtz', 'c.sspush ra', 'c.lui a0, 0xfffe0', 'sspopchk t0'],
])('the word of %s is what was decoded', (text) => {
  const { word, found } = decoded(text);
  expect(hex(wordOf(found))).toBe(hex(word));
});
