import { describe, expect, test } from 'vitest';
import { Assembler } from '../isa/assemble.ts';
import { isaOf } from '../isa/machine-isa.ts';
import type { Op } from '../isa/op.ts';
import { opsOf } from '../isa/table.ts';
import { World } from './world.test-support.ts';

/** Written from the manual's text: `a`, `b` below 2^n; what is beyond n bits of a result is cut off. */
interface Operands {
  readonly a: bigint;
  readonly b: bigint;
  readonly imm: bigint;
  readonly pc: bigint;
  readonly n: number;
  readonly s: (x: bigint) => bigint;
}
type Meaning = (operands: Operands) => bigint;

const bits = (x: bigint, n: number): readonly bigint[] =>
  Array.from({ length: n }, (_, k) => (x >> BigInt(k)) & 1n);
const bytes = (x: bigint, n: number): readonly bigint[] =>
  Array.from({ length: n / 8 }, (_, k) => (x >> BigInt(8 * k)) & 255n);
const join = (parts: readonly bigint[], width: number): bigint =>
  parts.reduce((sum, part, k) => sum | (part << BigInt(width * k)), 0n);
const amount = (b: bigint, n: number): bigint => b % BigInt(n);
const rotateLeft = (a: bigint, by: bigint, n: number): bigint =>
  (a << by) | (a >> (BigInt(n) - by));
/** Towards zero; by zero: all ones, and the dividend remains. */
const quotient = (a: bigint, b: bigint): bigint => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint): bigint => (b === 0n ? a : a % b);
const first = (list: readonly bigint[]): bigint => {
  const at = list.indexOf(1n);
  return BigInt(at < 0 ? list.length : at);
};
const is = (truth: boolean): bigint => (truth ? 1n : 0n);

/** Functions of two operands; the same name with `i` takes imm for the second. */
const BINARY: Readonly<Record<string, (a: bigint, b: bigint, o: Operands) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b, { n }) => a << amount(b, n),
  srl: (a, b, { n }) => a >> amount(b, n),
  sra: (a, b, { n, s }) => s(a) >> amount(b, n),
  slt: (a, b, { s }) => is(s(a) < s(b)),
  sltu: (a, b) => is(a < b),
  xor: (a, b) => a ^ b,
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  mul: (a, b) => a * b,
  mulh: (a, b, { n, s }) => (s(a) * s(b)) >> BigInt(n),
  mulhsu: (a, b, { n, s }) => (s(a) * b) >> BigInt(n),
  mulhu: (a, b, { n }) => (a * b) >> BigInt(n),
  div: (a, b, { s }) => quotient(s(a), s(b)),
  divu: (a, b) => quotient(a, b),
  rem: (a, b, { s }) => remainder(s(a), s(b)),
  remu: (a, b) => remainder(a, b),
  sh1add: (a, b) => 2n * a + b,
  sh2add: (a, b) => 4n * a + b,
  sh3add: (a, b) => 8n * a + b,
  andn: (a, b) => a & ~b,
  orn: (a, b) => a | ~b,
  xnor: (a, b) => ~(a ^ b),
  min: (a, b, { s }) => (s(a) < s(b) ? a : b),
  minu: (a, b) => (a < b ? a : b),
  max: (a, b, { s }) => (s(a) > s(b) ? a : b),
  maxu: (a, b) => (a > b ? a : b),
  rol: (a, b, { n }) => rotateLeft(a, amount(b, n), n),
  ror: (a, b, { n }) => rotateLeft(a, BigInt(n) - amount(b, n), n),
  bclr: (a, b, { n }) => a & ~(1n << amount(b, n)),
  bext: (a, b, { n }) => (a >> amount(b, n)) & 1n,
  binv: (a, b, { n }) => a ^ (1n << amount(b, n)),
  bset: (a, b, { n }) => a | (1n << amount(b, n)),
  'czero.eqz': (a, b) => (b === 0n ? 0n : a),
  'czero.nez': (a, b) => (b !== 0n ? 0n : a),
};

const UNARY: Readonly<Record<string, (a: bigint, o: Operands) => bigint>> = {
  clz: (a, { n }) => first([...bits(a, n)].reverse()),
  ctz: (a, { n }) => first(bits(a, n)),
  cpop: (a, { n }) => bits(a, n).reduce((sum, bit) => sum + bit, 0n),
  'sext.b': (a) => BigInt.asIntN(8, a),
  'sext.h': (a) => BigInt.asIntN(16, a),
  'zext.h': (a) => a & 0xffffn,
  'orc.b': (a, { n }) =>
    join(
      bytes(a, n).map((byte) => (byte === 0n ? 0n : 255n)),
      8,
    ),
  rev8: (a, { n }) => join([...bytes(a, n)].reverse(), 8),
};

/** Immediate forms whose name is not that of the register form and `i`. */
const IMMEDIATE: Readonly<Record<string, string>> = { sltiu: 'sltu', rori: 'ror' };

function meaning(name: string): Meaning {
  if (name === 'lui') return ({ imm }) => imm;
  if (name === 'auipc') return ({ imm, pc }) => pc + imm;
  const unsigned = /^(sh\d)?add\.uw$|^slli\.uw$/.exec(name);
  if (unsigned !== null) {
    const low = (x: bigint): bigint => x & 0xffff_ffffn;
    if (name === 'slli.uw') return ({ a, imm }) => low(a) << imm;
    const shift = name === 'add.uw' ? 0n : BigInt(name.charAt(2));
    return ({ a, b }) => (low(a) << shift) + b;
  }
  const unary = UNARY[name];
  if (unary !== undefined) return (o) => unary(o.a, o);
  const binary = BINARY[name];
  if (binary !== undefined) return (o) => binary(o.a, o.b, o);
  const shorter = BINARY[IMMEDIATE[name] ?? name.replace(/i$/, '')];
  if (shorter !== undefined) return (o) => shorter(o.a, BigInt.asUintN(o.n, o.imm), o);
  // On RV64, names with w take the low words and sign-extend the result.
  const word = meaning(name.replace(/iw$/, 'i').replace(/w$/, '').replace(/uw$/, 'u'));
  return (o) => {
    const low = { ...o, a: o.a & 0xffff_ffffn, b: o.b & 0xffff_ffffn, n: 32 };
    return BigInt.asIntN(32, word({ ...low, s: (x) => BigInt.asIntN(32, x) }));
  };
}

const INTERESTING = [0n, 1n, 2n, 31n, 32n, 63n, 64n, 0x7fn, 0x80n, 0xffn, 0x8000n, 0xffffn];
const EDGES = [
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  1n << 63n,
  (1n << 63n) - 1n,
];
const ALL = [...INTERESTING, ...EDGES, ...EDGES.map((x) => -x), -1n, -2n, -128n, -0x8000n];

/** The same numbers in every run. */
function* randomNumbers(): Generator<bigint, never> {
  let x = 88172645463325252n;
  for (;;) {
    x = BigInt.asUintN(64, x ^ (x << 13n));
    x ^= x >> 7n;
    x = BigInt.asUintN(64, x ^ (x << 17n));
    yield x >> (x & 63n);
  }
}

describe.each([64, 32] as const)('RV%i: what computes registers from registers', (xlen) => {
  const world = new World({ xlen });
  const isa = isaOf(world.platform);
  const assembler = new Assembler(isa);
  const { registers } = world.hart;
  const rows = opsOf(isa).filter(
    ({ semantics, pieces }) =>
      semantics.kind === 'pure' && pieces.every(({ text }) => !/^f[ds]/.test(text)),
  );
  const random = randomNumbers();

  /** The word of a row with a1, a2 and imm; where rd is a1 too, or x0, if asked. */
  function encode(row: Op, imm: bigint, rd: string): number {
    const operands = row.pieces.map(({ text, slot }) =>
      slot === 'rd'
        ? rd
        : slot === 'rs1'
          ? 'a1'
          : slot === 'rs2'
            ? 'a2'
            : slot === 'imm'
              ? imm
              : text,
    );
    const assembled = assembler.assemble(`${row.name} ${operands.join('')}`);
    if (assembled.error !== null) throw new Error(assembled.error.message);
    return new DataView(assembled.bytes.buffer).getInt32(assembled.bytes.byteOffset, true);
  }

  function immediates(row: Op): readonly bigint[] {
    const field = row.pattern.fields.find(({ slot }) => slot === 'imm');
    if (field === undefined) return [0n];
    if (row.name === 'lui' || row.name === 'auipc') return [0n, 1n, 0x7ffffn, 0x80000n, 0xfffffn];
    const [low, high] = [BigInt(field.min), BigInt(field.max)];
    return [low, high, ...[1n, 3n, 5n, 31n, -1n].filter((x) => x >= low && x <= high)];
  }

  test.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const means = meaning(name);
    const upper = name === 'lui' || name === 'auipc';
    const s = (x: bigint): bigint => BigInt.asIntN(xlen, x);
    for (const imm of immediates(row)) {
      const word = encode(row, imm, 'a0');
      const onto = encode(row, imm, 'a1');
      const value = upper ? BigInt.asIntN(32, imm << 12n) : imm;
      const some = Array.from({ length: 40 }, () => random.next().value);
      const pairs = [
        ...ALL.map((x, k) => [x, ALL[(7 * k + 3) % ALL.length]]),
        ...some.map((x, k) => [x, some[(k + 1) % 40]]),
      ];
      for (const [left, right] of [
        ...pairs,
        ...ALL.map((x) => [x, x]),
        ...ALL.map((x) => [x, 0n]),
      ]) {
        const [a, b] = [BigInt.asUintN(xlen, left), BigInt.asUintN(xlen, right)];
        const pc = BigInt.asUintN(xlen, 0xffff_ffff_8000_1000n);
        const expected = BigInt.asUintN(xlen, means({ a, b, imm: value, pc, n: xlen, s }));
        for (const [code, rd] of [
          [word, 10],
          [onto, 11],
        ] as const) {
          registers.setX(10, 0x5555n);
          registers.setX(11, a);
          registers.setX(12, b);
          registers.pc = pc;
          world.engine.execute(world.hart, code);
          if (registers.x(rd) !== expected) {
            expect({ a, b, imm, result: registers.x(rd) }).toEqual({ a, b, imm, result: expected });
          }
          expect(registers.pc).toBe(BigInt.asUintN(xlen, pc + 4n));
        }
      }
    }
    registers.setX(0, 1n);
    world.engine.execute(world.hart, encode(row, immediates(row)[0], 'zero'));
    expect(registers.x(0)).toBe(0n);
  });

  test('there are such rows', () => expect(rows.length).toBe(xlen === 64 ? 85 : 60));
});
