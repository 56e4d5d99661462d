import { describe, expect, it } from 'vitest';
import { Decoder } from './decode.ts';
import { disassemble } from './disassemble.ts';
import { wholeIsa } from './extensions.ts';
import { allOps, has } from './table.ts';
import type { Op } from './op.ts';

const ISAS = [wholeIsa(32), wholeIsa(64)];
const show = (word: number, xlen: 32 | 64 = 64): string | null => {
  const decoded = new Decoder(wholeIsa(xlen)).decode(word);
  return decoded === null ? null : disassemble(decoded);
};

describe('the table', () => {
  /** Words that both rows claim: fixed bits agree, and a field that the other row fixes is legal there. */
  const overlap = (a: Op, b: Op): boolean => {
    const [p, q] = [a.pattern, b.pattern];
    if (p.length !== q.length || ((p.match ^ q.match) & p.mask & q.mask) !== 0) return false;
    const both = p.match | q.match;
    const fixed = p.mask | q.mask;
    return [...p.fields, ...q.fields].every(({ parts, plus, signed, allows }) => {
      if (signed && parts.length === 0) return true;
      let value = 0;
      for (const { at, to, width } of parts) {
        const bits = 2 ** width - 1;
        if (((fixed >>> at) & bits) !== bits) return true;
        value |= ((both >>> at) & bits) << to;
      }
      return allows(value + plus);
    });
  };

  it.each(ISAS)('has no two rows for one word at RV$xlen, but for declared ones', (isa) => {
    const rows = allOps().filter((row) => has(isa, row));
    const found = rows.flatMap((a, index) =>
      rows.slice(index + 1).flatMap((b) => {
        if (!overlap(a, b) || a.within === b.name || b.within === a.name) return [];
        return [`${a.name} and ${b.name}`];
      }),
    );
    expect(found).toEqual([]);
  });

  it('fixes bits only under its mask', () => {
    const wrong = allOps().filter(({ pattern }) => (pattern.match & ~pattern.mask) !== 0);
    expect(wrong.map((row) => row.name)).toEqual([]);
  });

  it('uses every field in the syntax, and no operand without a field', () => {
    for (const { name, pieces, pattern } of allOps()) {
      const written = new Set(pieces.flatMap(({ slot }) => (slot === null ? [] : [slot])));
      const encoded = new Set(pattern.fields.map(({ slot }) => slot));
      encoded.delete('aq');
      encoded.delete('rl');
      expect([name, [...written].sort()]).toEqual([name, [...encoded].sort()]);
    }
  });
});

describe('decoding', () => {
  it.each([
    ['addi a0,a1,-5', 0xffb58513],
    ['lui a0,0x12345', 0x12345537],
    ['ld a0,16(sp)', 0x01013503],
    ['amoadd.w.aqrl a0,a1,(a2)', 0x06b6252f],
    ['csrrw a0,fcsr,a1', 0x00359573],
    ['mfence.pa a0,a1', 0xbcb50073],
    ['minval.pa zero,zero', 0xbe000073],
    ['fadd.d fa0,fa1,fa2,rtz', 0x02c59553],
    ['fadd.d fa0,fa1,fa2', 0x02c5f553],
    ['fence iorw,iorw', 0x0ff0000f],
    ['fence.tso', 0x8330000f],
    ['pause', 0x0100000f],
    ['cbo.zero (a0)', 0x0045200f],
    ['prefetch.i 32(a0)', 0x02056013],
    ['c.lui a0,0xfffe1', 0x7505],
    ['c.addi16sp sp,-64', 0x7139],
    ['c.j .+0', 0xa001],
    ['c.nop', 0x0001],
    ['hlvx.wu a0,(a1)', 0x6835c573],
    ['sspush ra', 0xce104073],
    ['sspopchk t0', 0xcdc2c073],
    ['c.sspush ra', 0x6081],
    ['c.sspopchk t0', 0x6281],
    ['czero.eqz a0,a1,a2', 0x0ec5d533],
    ['amocas.q a0,a2,(a4)', 0x28c7452f],
  ])('reads %s', (text, word) => {
    expect(show(word)).toBe(text);
  });

  it('gives a compressed form the instruction that it stands for', () => {
    const decoded = new Decoder(wholeIsa(64)).decode(0x4108);
    expect(decoded?.op.name).toBe('lw');
    expect(decoded?.form.name).toBe('c.lw');
    expect(decoded?.length).toBe(2);
    expect(decoded?.operands).toMatchObject({ rd: 10, rs1: 10, imm: 0 });
  });

  it.each([
    ['the all-zero word', 0],
    ['the all-one word', 0xffffffff],
    ['a reserved rounding mode', 0x02c5d553],
    ['c.lwsp to x0', 0x4002],
    ['an odd register of amocas.q', 0x28c744af],
    ['mfence.pa with rd', 0xbcb500f3],
  ])('refuses %s', (_, word) => {
    expect(show(word)).toBe(null);
  });

  it('takes shadow-stack instructions with other registers as may-be operations', () => {
    expect(show(0xce104073)).toBe('sspush ra');
    expect(show(0xce204073)).toBe('mop.rr.7 zero,zero,sp');
  });

  it('knows what each XLEN lacks', () => {
    expect(show(0x01013503, 32)).toBe(null); // ld
    expect(show(0x2001, 32)).toBe('c.jal .+0');
    expect(show(0x02059513, 32)).toBe(null); // slli by 32
    expect(show(0x02059513, 64)).toBe('slli a0,a1,0x20');
  });

  it('never throws on any word', () => {
    let seed = 1;
    for (const isa of ISAS) {
      const decoder = new Decoder(isa);
      for (let parcel = 0; parcel < 0x10000; parcel++) decoder.decode(parcel);
      for (let n = 0; n < 100_000; n++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        const decoded = decoder.decode((seed ^ (seed >>> 15)) | 3);
        if (decoded !== null) expect(disassemble(decoded)).not.toContain('undefined');
      }
    }
  });
});
