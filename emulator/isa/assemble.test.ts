import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler } from './assemble.ts';
import { Decoder } from './decode.ts';
import { disassemble } from './disassemble.ts';
import { wholeIsa } from './extensions.ts';
import { randomBits, wordsOf } from './random-words.test-support.ts';
import { opsOf } from './table.ts';

const SIXTYFOUR = new Assembler(wholeIsa(64));
const THIRTYTWO = new Assembler(wholeIsa(32));
const assembler = (xlen: 32 | 64): Assembler => (xlen === 32 ? THIRTYTWO : SIXTYFOUR);

/** Parcels of two or four bytes in hexadecimal, as they lie in memory order. */
function words(text: string, xlen: 32 | 64 = 64, origin = 0n): string {
  const result = assembler(xlen).assemble(text, origin);
  if (result.error !== null) throw new Error(result.error.message);
  const out = [];
  for (let at = 0; at < result.bytes.length;) {
    const size = ((result.bytes[at] ?? 0) & 3) === 3 ? 4 : 2;
    const bytes = [...result.bytes.slice(at, at + size)].reverse();
    out.push(bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(''));
    at += size;
  }
  return out.join(' ');
}

/** `line:col message` of the mistake. */
function mistake(text: string, xlen: 32 | 64 = 64): string {
  const { error } = assembler(xlen).assemble(text);
  return error === null ? 'no mistake' : `${error.line}:${error.col} ${error.message}`;
}

describe('assembling', () => {
  it.each([32, 64] as const)('turns every text of the disassembler back, RV%i', (xlen) => {
    const decoder = new Decoder(wholeIsa(xlen));
    const random = randomBits(7);
    // C.SSPUSH and C.SSPOPCHK are all that these stand for.
    const taken = ['c.mop.1', 'c.mop.5'];
    for (const row of opsOf(wholeIsa(xlen)).filter(({ name }) => !taken.includes(name))) {
      const found = wordsOf(row, 30, decoder, random);
      expect([row.name, found.length > 0]).toEqual([row.name, true]);
      for (const word of found) {
        const decoded = decoder.decode(word);
        const text = decoded === null ? '' : disassemble(decoded);
        const size = 2 * row.pattern.length;
        expect(`${text} = ${words(text, xlen)}`).toBe(
          `${text} = ${word.toString(16).padStart(size, '0')}`,
        );
      }
    }
  });

  it.each([
    ['nop', '00000013'],
    ['mv a0, a1', '00058513'],
    ['not a0, a1', 'fff5c513'],
    ['ret', '00008067'],
    ['li a0, -1', 'fff00513'],
    ['li a0, 0x1000', '00001537'],
    ['li a0, 0x12345678', '12345537 6785051b'],
    ['li a0, 0x8000_0000', '00100513 01f51513'],
    ['li a0, 0xffff_ffff_ffff_ffff', 'fff00513'],
    ['j .+8', '0080006f'],
    ['beqz a0, .-4', 'fe050ee3'],
    ['csrr a0, mstatus', '30002573'],
    ['csrw mmpt, a0', '38251073'],
    ['csrw sscratch, 5', '1402d073'],
    ['csrsi mstatus, 8', '30046073'],
    ['csrs 0x180, t0', '1802a073'],
    ['fence', '0ff0000f'],
    ['sfence.vma', '12000073'],
    ['sfence.vma a0', '12050073'],
    ['mfence.pa', 'bc000073'],
    ['minval.pa x10, x11', 'beb50073'],
    ['lw a0, (a1)', '0005a503'],
    ['amoswap.w.aq a0, a1, 0(a2)', '0cb6252f'],
    ['lr.w a0, (a1)', '1005a52f'],
    ['fadd.d fa0, fa1, fa2', '02c5f553'],
    ['fcvt.d.w fa0, a0', 'd2050553'],
    ['andi a0, a0, 0xffff_ffff_ffff_fff0', 'ff057513'],
    ['c.addi4spn a0, sp, 16', '0808'],
    ['.word 0x12345673', '12345673'],
    ['unimp', 'c0001073'],
    ['fmv.d fa0, fa1', '22b58553'],
    ['bgt a0, a1, .+8', '00a5c463'],
    ['la a0, x; x: nop', '00000517 00850513 00000013'],
    ['call x; nop; x: ret', '00000097 00c080e7 00000013 00008067'],
    ['1: addi a0, a0, -1; bnez a0, 1b; j 1f; 1:', 'fff50513 fe051ee3 0040006f'],
  ])('%s', (text, expected) => {
    expect(words(text)).toBe(expected);
  });

  it('places labels, data and alignment, and says where everything lies', () => {
    const text = 'start: c.nop\n  .align 2 # a comment\n  .dword end - start, start\nend:';
    const result = SIXTYFOUR.assemble(text, 0x8000_0000n);
    expect(result.error).toBe(null);
    if (result.error !== null) return;
    expect(result.labels).toEqual(
      new Map([
        ['start', 0x8000_0000n],
        ['end', 0x8000_0014n],
      ]),
    );
    expect([...result.bytes.slice(0, 12)]).toEqual([1, 0, 1, 0, 20, 0, 0, 0, 0, 0, 0, 0]);
    expect([...result.bytes.slice(12)]).toEqual([0, 0, 0, 0x80, 0, 0, 0, 0]);
    expect(result.places.map(({ offset, line }) => [offset, line])).toEqual([
      [0, 1],
      [2, 2],
      [4, 3],
    ]);
  });

  it('loads any immediate by what LUI, ADDI, ADDIW and SLLI do', () => {
    const decoder = new Decoder(wholeIsa(64));
    const run = (text: string): bigint => {
      const result = SIXTYFOUR.assemble(text);
      if (result.error !== null) throw new Error(result.error.message);
      const view = new DataView(result.bytes.buffer);
      let a0 = 0n;
      for (let at = 0; at < result.bytes.length; at += 4) {
        const decoded = decoder.decode(view.getUint32(at, true));
        if (decoded === null) throw new Error('illegal');
        const { op, operands } = decoded;
        const imm = BigInt(operands.imm);
        const source = operands.rs1 === 0 ? 0n : a0;
        if (op.name === 'lui') a0 = imm;
        else if (op.name === 'addi') a0 = source + imm;
        else if (op.name === 'addiw') a0 = BigInt.asIntN(32, source + imm);
        else if (op.name === 'slli') a0 = source << imm;
        else throw new Error(op.name);
        a0 = BigInt.asIntN(64, a0);
      }
      return a0;
    };
    const wide = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const values = fc.oneof(
      wide,
      wide.map((v) => BigInt.asIntN(64, v >> 31n)),
      fc.nat(63).map((n) => BigInt.asIntN(64, 1n << BigInt(n))),
    );
    fc.assert(
      fc.property(values, (value) => run(`li a0, ${value}`) === value),
      { seed: 1 },
    );
  });
});

describe('a mistake is located and explained', () => {
  it.each([
    ['adi a0, a0, 1', "1:1 there is no instruction 'adi' (did you mean 'addi'?)"],
    ['nop\n  addi a0, a8, 1', "2:12 'a8' is not an integer register (did you mean 'a0'?)"],
    ['addi a0, a0, 5000', "1:14 '5000' must be between -2048 and 2047"],
    ['addi a0, a0', "1:1 an operand is missing: the form is 'addi rd, rs1, imm'"],
    ['addi a0, a0, 1, 2', "1:15 nothing may follow here: the form is 'addi rd, rs1, imm'"],
    ['addi a0, fa0, 1', "1:10 'fa0' stands where an integer register must"],
    ['csrw mstatsu, a0', "1:6 there is no CSR 'mstatsu' (did you mean 'mstatus'?)"],
    ['j lop; loop:', "1:3 there is no label 'lop' (did you mean 'loop'?)"],
    ['j 8', "1:3 '8' is not a place: write a label, or '.+8' from here"],
    ['beq a0, a1, .+3', "1:13 '.+3' is too far or odd: the distance must be a multiple of 2"],
    ['lw a0, 4 a1', "1:8 '4 a1' is not a number, a label or a sum of them"],
    [
      'c.lw a6, 0(a0)',
      "1:6 'a6' does not fit: this form takes registers 8 to 15 (s0, s1, a0 to a5)",
    ],
    ['c.lwsp x0, 4(sp)', "1:8 'x0' may not be this register here"],
    ['c.addi16sp a0, 16', "1:12 'sp' must stand here: the form is 'c.addi16sp sp, nzimm'"],
    [
      'fadd.d fa0, fa1, fa2, up',
      "1:23 'up' is not a rounding mode: rne, rtz, rdn, rup, rmm or dyn",
    ],
    ['fence wr, rw', "1:7 'wr' is not a set of i, o, r, w in this order, or 0"],
    ['lui a0, 0x100000', "1:9 '0x100000' must be between 0 and 0xfffff"],
    ['x: x: nop', "1:4 the label 'x' is declared twice"],
    ['.wrd 5', "1:1 the directive '.wrd' is not supported (did you mean '.word'?)"],
    ['.byte 256', "1:7 '256' does not fit into 1 byte"],
    ['li a0, x', "1:8 'li' takes a number; 'la' takes a label"],
    ['li a0, 0x1_0000_0000_0000_0000', "1:8 '0x1_0000_0000_0000_0000' does not fit into 64 bits"],
    ['c.jal .', "1:1 'c.jal' is an instruction of RV32"],
    ['mv a0', "1:1 the form is 'mv rd, rs1'"],
    ['add.aq a0, a0, a0', "1:1 there is no instruction 'add.aq' (did you mean 'add.uw'?)"],
    ['.zero 100000000', "1:7 '100000000' must be between 0 and 1048576"],
  ])('%s', (text, expected) => {
    expect(mistake(text)).toBe(expected);
  });

  it('names what an instruction set lacks', () => {
    expect(mistake('ld a0, 0(a1)', 32)).toBe("1:1 'ld' is an instruction of RV64");
    const bare = new Assembler({ xlen: 64, extensions: new Set(['I']) });
    expect(bare.assemble('amoadd.w.aq a0, a0, (a0)').error?.message).toBe(
      "'amoadd.w.aq' needs Zaamo",
    );
    const unassigned = new Assembler(wholeIsa(64), 'unassigned');
    expect(unassigned.assemble('mfence.pa a0, a1').error?.message).toContain('mfence.pa');
  });

  it('any text gives bytes or a mistake inside it', () => {
    const word = fc.constantFrom(
      ...[
        'addi',
        'lw',
        'li',
        'la',
        'j',
        'x:',
        '1:',
        '1b',
        'a0',
        'fa0',
        ',',
        '(',
        ')',
        '.',
        '-',
        '+',
        '4',
      ],
      ...[
        '0x',
        '\n',
        ';',
        '#',
        '.word',
        '.align',
        'csrw',
        'mstatus',
        'fence',
        'iorw',
        'c.addi',
        '.aq',
      ],
      ...[
        '%hi',
        "'",
        '"',
        '\t',
        '\u{1f600}',
        '__proto__',
        'constructor',
        '0b',
        '5f',
        '1_',
        '9'.repeat(30),
      ],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 12 }).map((list) => list.join(' ')),
    );
    const holds = (source: string): void => {
      const { error } = SIXTYFOUR.assemble(source);
      if (error === null) return;
      const line = source.split(/\r?\n/)[error.line - 1] ?? '';
      expect(error.col).toBeGreaterThan(0);
      expect(error.col + error.length - 1).toBeLessThanOrEqual(line.length);
      expect(error.message).not.toMatch(/undefined|\[object/);
    };
    fc.assert(fc.property(text, holds), { numRuns: 3000, seed: 3 });
  });
});
