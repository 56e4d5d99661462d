import { describe, expect, it } from 'vitest';
import { allOps } from '../isa/table.ts';
import type { Environment, Rounding } from './environment.ts';
import { FLAGS, roundingMode } from './environment.ts';
import type { FloatName, Precision } from './operations.ts';
import { FLOAT_OPERATIONS } from './operations.ts';

const { NX, OF, DZ, NV } = FLAGS;

/** Encodings by the names that the tables below use, boxed where they are of binary32. */
const VALUES: Readonly<Record<Precision, Readonly<Record<string, bigint>>>> = {
  s: {
    '0': 0xffff_ffff_0000_0000n,
    '-0': 0xffff_ffff_8000_0000n,
    '1': 0xffff_ffff_3f80_0000n,
    '-1': 0xffff_ffff_bf80_0000n,
    '2': 0xffff_ffff_4000_0000n,
    '-2': 0xffff_ffff_c000_0000n,
    sub: 0xffff_ffff_0000_0001n,
    '-sub': 0xffff_ffff_8000_0001n,
    inf: 0xffff_ffff_7f80_0000n,
    '-inf': 0xffff_ffff_ff80_0000n,
    nan: 0xffff_ffff_7fc0_0000n,
    '-qnan': 0xffff_ffff_ffc0_1234n,
    snan: 0xffff_ffff_7f80_0001n,
    '-snan': 0xffff_ffff_ffbf_ffffn,
  },
  d: {
    '0': 0n,
    '-0': 0x8000_0000_0000_0000n,
    '1': 0x3ff0_0000_0000_0000n,
    '-1': 0xbff0_0000_0000_0000n,
    '2': 0x4000_0000_0000_0000n,
    '-2': 0xc000_0000_0000_0000n,
    sub: 1n,
    '-sub': 0x8000_0000_0000_0001n,
    inf: 0x7ff0_0000_0000_0000n,
    '-inf': 0xfff0_0000_0000_0000n,
    nan: 0x7ff8_0000_0000_0000n,
    '-qnan': 0xfff8_0000_0000_1234n,
    snan: 0x7ff0_0000_0000_0001n,
    '-snan': 0xfff7_ffff_ffff_ffffn,
  },
};

/** A value by its name. */
function value(precision: Precision, name: string): bigint {
  const found = VALUES[precision][name];
  if (found === undefined) throw new Error(`no value is called ${name}`);
  return found;
}

const valuesOf = (precision: Precision, names: string): readonly bigint[] =>
  names.split(' ').map((name) => value(precision, name));

const flagNames = (flags: number) =>
  Object.entries(FLAGS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([name]) => name)
    .join(' ');

/** `result flags`, the result by its name. */
function of(precision: Precision, name: FloatName, operands: string, rounding: Rounding = 0) {
  const env: Environment = { rounding, flags: 0 };
  const [a = 0n, b = 0n, c = 0n] = valuesOf(precision, operands);
  const result = FLOAT_OPERATIONS[precision][name](a, b, c, env);
  const known = Object.entries(VALUES[precision]).find(([, value]) => value === result);
  return `${known?.[0] ?? result} ${flagNames(env.flags)}`.trim();
}

describe.each(['s', 'd'] as const)('precision %s', (precision) => {
  // Operation, operands, result and flags to nearest; and to -infinity where it differs.
  const RESULTS: readonly (readonly [FloatName, string, string, string?])[] = [
    ['add', '1 -1', '0', '-0'],
    ['add', '0 -0', '0', '-0'],
    ['add', '-0 0', '0', '-0'],
    ['add', '0 0', '0'],
    ['add', '-0 -0', '-0'],
    ['add', '-0 1', '1'],
    ['add', '1 -0', '1'],
    ['add', 'inf -1', 'inf'],
    ['add', '1 -inf', '-inf'],
    ['add', 'inf inf', 'inf'],
    ['add', 'inf -inf', 'nan NV'],
    ['sub', 'inf inf', 'nan NV'],
    ['sub', '0 0', '0', '-0'],
    ['sub', '-0 0', '-0'],
    ['sub', '1 nan', 'nan'],
    ['add', 'snan 1', 'nan NV'],
    ['add', '1 -snan', 'nan NV'],
    ['add', '-qnan 1', 'nan'],
    ['mul', '0 -1', '-0'],
    ['mul', '-0 -sub', '0'],
    ['mul', 'inf -2', '-inf'],
    ['mul', 'inf -0', 'nan NV'],
    ['mul', '0 inf', 'nan NV'],
    ['mul', '-qnan inf', 'nan'],
    ['mul', 'nan -snan', 'nan NV'],
    ['div', '1 0', 'inf DZ'],
    ['div', '1 -0', '-inf DZ'],
    ['div', '-sub 0', '-inf DZ'],
    ['div', 'inf 0', 'inf'],
    ['div', '0 0', 'nan NV'],
    ['div', '-0 0', 'nan NV'],
    ['div', 'inf -inf', 'nan NV'],
    ['div', '-1 inf', '-0'],
    ['div', '0 -2', '-0'],
    ['div', 'nan 0', 'nan'],
    ['sqrt', '0', '0'],
    ['sqrt', '-0', '-0'],
    ['sqrt', '-sub', 'nan NV'],
    ['sqrt', '-inf', 'nan NV'],
    ['sqrt', 'inf', 'inf'],
    ['sqrt', '-qnan', 'nan'],
    ['sqrt', 'snan', 'nan NV'],
    ['sqrt', '1', '1'],
    ['madd', '1 1 -1', '0', '-0'],
    ['madd', '1 0 -0', '0', '-0'],
    ['madd', '-1 0 -0', '-0'],
    ['madd', '0 inf 1', 'nan NV'],
    ['madd', 'inf 0 nan', 'nan NV'],
    ['madd', '0 inf -qnan', 'nan NV'],
    ['madd', 'inf 1 -inf', 'nan NV'],
    ['madd', '-1 inf -inf', '-inf'],
    ['madd', '1 1 snan', 'nan NV'],
    ['madd', '1 nan 1', 'nan'],
    ['madd', '1 nan snan', 'nan NV'],
    ['madd', '1 1 1', '2'],
    ['madd', '2 2 -2', '2'],
    ['madd', '1 -1 -1', '-2'],
    ['msub', '1 1 -1', '2'],
    ['msub', '1 1 1', '0', '-0'],
    ['nmsub', '1 1 1', '0', '-0'],
    ['nmsub', '2 1 1', '-1'],
    ['nmsub', '1 inf inf', 'nan NV'],
    ['nmadd', '1 1 1', '-2'],
    ['nmadd', '1 1 -1', '0', '-0'],
    ['nmadd', '1 0 0', '-0'],
    ['min', '-0 0', '-0'],
    ['min', '0 -0', '-0'],
    ['max', '-0 0', '0'],
    ['max', '0 -0', '0'],
    ['min', '1 -2', '-2'],
    ['max', '-1 -2', '-1'],
    ['min', 'nan 1', '1'],
    ['max', '1 -qnan', '1'],
    ['min', 'snan 1', '1 NV'],
    ['max', '-inf -snan', '-inf NV'],
    ['min', '-qnan -qnan', 'nan'],
    ['max', 'snan -qnan', 'nan NV'],
    ['min', '-inf inf', '-inf'],
  ];
  const rows = RESULTS.map((row) => [row[0], row[1], row[2], row[3] ?? row[2]] as const);
  it.each(rows)('%s %s: %s; downwards %s', (name, operands, nearest, down) => {
    expect(of(precision, name, operands)).toBe(nearest);
    expect(of(precision, name, operands, 2)).toBe(down);
  });

  it.each([
    ['eq', '0 -0', 1, ''],
    ['eq', '1 1', 1, ''],
    ['eq', '1 -1', 0, ''],
    ['eq', 'nan nan', 0, ''],
    ['eq', 'snan 1', 0, 'NV'],
    ['eq', '1 -snan', 0, 'NV'],
    ['lt', '-0 0', 0, ''],
    ['lt', '-inf -2', 1, ''],
    ['lt', '-2 -1', 1, ''],
    ['lt', '2 1', 0, ''],
    ['lt', '1 nan', 0, 'NV'],
    ['lt', 'snan 1', 0, 'NV'],
    ['le', '0 -0', 1, ''],
    ['le', '1 inf', 1, ''],
    ['le', '-1 -2', 0, ''],
    ['le', '-qnan -qnan', 0, 'NV'],
  ] as const)('%s %s: %i %s', (name, operands, result, flags) => {
    const env: Environment = { rounding: 0, flags: 0 };
    const [a = 0n, b = 0n] = valuesOf(precision, operands);
    expect(FLOAT_OPERATIONS[precision][name](a, b, 0n, env)).toBe(BigInt(result));
    expect(flagNames(env.flags)).toBe(flags);
  });

  it.each([
    ...[['-inf', 0] as const, ['-2', 1] as const, ['-sub', 2] as const, ['-0', 3] as const],
    ...[['0', 4] as const, ['sub', 5] as const, ['1', 6] as const, ['inf', 7] as const],
    ...[['snan', 8] as const, ['-snan', 8] as const, ['nan', 9] as const, ['-qnan', 9] as const],
  ])('class of %s: bit %i', (operand, bit) => {
    const env: Environment = { rounding: 0, flags: 0 };
    expect(FLOAT_OPERATIONS[precision].class(value(precision, operand), 0n, 0n, env)).toBe(
      1n << BigInt(bit),
    );
    expect(env.flags).toBe(0);
  });
});

/** The table of FCVT's invalid inputs in the manual, and the borders around it. */
describe('conversions to integers', () => {
  const bits = (value: number) => new BigUint64Array(new Float64Array([value]).buffer)[0];
  const ALL = 0xffff_ffff_ffff_ffffn;
  // Operation, value, result, flags in RNE RTZ RDN RUP RMM; one for all.
  const CASES: readonly (readonly [FloatName, number, bigint | readonly bigint[], number])[] = [
    ['to.w', -(2 ** 31) - 1, 0xffff_ffff_8000_0000n, NV],
    ['to.w', -Infinity, 0xffff_ffff_8000_0000n, NV],
    ['to.w', 2 ** 31, 0x7fff_ffffn, NV],
    ['to.w', Infinity, 0x7fff_ffffn, NV],
    ['to.w', NaN, 0x7fff_ffffn, NV],
    ['to.w', -(2 ** 31), 0xffff_ffff_8000_0000n, 0],
    ['to.w', 2 ** 31 - 1, 0x7fff_ffffn, 0],
    ['to.wu', -1, 0n, NV],
    ['to.wu', -Infinity, 0n, NV],
    ['to.wu', 2 ** 32, ALL, NV],
    ['to.wu', NaN, ALL, NV],
    ['to.wu', 2 ** 32 - 1, ALL, 0],
    ['to.wu', 2 ** 31, 0xffff_ffff_8000_0000n, 0],
    ['to.l', -(2 ** 63) - 2 ** 11, 1n << 63n, NV],
    ['to.l', -(2 ** 63), 1n << 63n, 0],
    ['to.l', 2 ** 63, ALL >> 1n, NV],
    ['to.l', 2 ** 64, ALL >> 1n, NV],
    ['to.l', 2 ** 1000, ALL >> 1n, NV],
    ['to.l', NaN, ALL >> 1n, NV],
    ['to.l', 2 ** 63 - 1024, (ALL >> 1n) - 1023n, 0],
    ['to.lu', -1, 0n, NV],
    ['to.lu', 2 ** 64, ALL, NV],
    ['to.lu', 2 ** 64 - 2048, ALL - 2047n, 0],
    ['to.lu', NaN, ALL, NV],
    ['to.lu', -Infinity, 0n, NV],
    ['to.w', 0, 0n, 0],
    ['to.l', -0, 0n, 0],
    ['to.w', 2.5, [2n, 2n, 2n, 3n, 3n], NX],
    ['to.w', 3.5, [4n, 3n, 3n, 4n, 4n], NX],
    ['to.l', -2.5, [ALL - 1n, ALL - 1n, ALL - 2n, ALL - 1n, ALL - 2n], NX],
    ['to.w', 5e-324, [0n, 0n, 0n, 1n, 0n], NX],
    ['to.wu', 0.75, [1n, 0n, 0n, 1n, 1n], NX],
  ];
  it.each(CASES)('%s %d', (name, value, result, flags) => {
    const results = typeof result === 'bigint' ? Array<bigint>(5).fill(result) : result;
    for (const rounding of [0, 1, 2, 3, 4] as const) {
      const env: Environment = { rounding, flags: 0 };
      const found = FLOAT_OPERATIONS.d[name](bits(value), 0n, 0n, env);
      expect([found, env.flags], `mode ${rounding}`).toEqual([results[rounding], flags]);
    }
  });

  it('whether a negative fraction is invalid for an unsigned type is told by its rounded value', () => {
    const outcome = (value: number, rounding: Rounding) => {
      const env: Environment = { rounding, flags: 0 };
      return [FLOAT_OPERATIONS.d['to.wu'](bits(value), 0n, 0n, env), env.flags];
    };
    expect(outcome(-0.75, 1)).toEqual([0n, NX]);
    expect(outcome(-0.75, 0)).toEqual([0n, NV]);
    expect(outcome(-0.5, 0)).toEqual([0n, NX]);
    expect(outcome(-0.5, 4)).toEqual([0n, NV]);
    expect(outcome(-0.25, 2)).toEqual([0n, NV]);
  });

  it('whether a number beyond the range is invalid is told by its rounded value', () => {
    const outcome = (rounding: Rounding) => {
      const env: Environment = { rounding, flags: 0 };
      return [FLOAT_OPERATIONS.d['to.w'](bits(2 ** 31 - 0.5), 0n, 0n, env), env.flags];
    };
    expect(outcome(1)).toEqual([0x7fff_ffffn, NX]);
    expect(outcome(0)).toEqual([0x7fff_ffffn, NV]);
  });
});

describe('conversions between formats and from integers', () => {
  const run = (precision: Precision, name: FloatName, a: bigint, rounding: Rounding = 0) => {
    const env: Environment = { rounding, flags: 0 };
    const result = FLOAT_OPERATIONS[precision][name](a, 0n, 0n, env);
    return `${result.toString(16)} ${flagNames(env.flags)}`.trim();
  };

  it('NaNs become canonical; a signalling one is invalid', () => {
    expect(run('d', 'narrow', value('d', '-qnan'))).toBe('ffffffff7fc00000');
    expect(run('d', 'narrow', value('d', 'snan'))).toBe('ffffffff7fc00000 NV');
    expect(run('s', 'widen', value('s', '-qnan'))).toBe('7ff8000000000000');
    expect(run('s', 'widen', value('s', '-snan'))).toBe('7ff8000000000000 NV');
  });

  it('zeros and infinities keep their sign', () => {
    expect(run('d', 'narrow', value('d', '-0'))).toBe('ffffffff80000000');
    expect(run('s', 'widen', value('s', '-inf'))).toBe('fff0000000000000');
    expect(run('s', 'widen', value('s', '-sub'))).toBe('b6a0000000000000');
  });

  it('narrowing overflows and underflows', () => {
    expect(run('d', 'narrow', 0x7fef_ffff_ffff_ffffn)).toBe('ffffffff7f800000 NX OF');
    expect(run('d', 'narrow', 1n)).toBe('ffffffff00000000 NX UF');
    expect(run('d', 'narrow', 1n, 3)).toBe('ffffffff00000001 NX UF');
  });

  it('integers that have more digits than the format are rounded', () => {
    expect(run('s', 'from.w', 0x0100_0001n)).toBe('ffffffff4b800000 NX');
    expect(run('s', 'from.w', 0x0100_0001n, 3)).toBe('ffffffff4b800001 NX');
    expect(run('s', 'from.w', 0xffff_ffffn)).toBe('ffffffffbf800000');
    expect(run('s', 'from.wu', 0xffff_ffff_ffff_ffffn)).toBe('ffffffff4f800000 NX');
    expect(run('d', 'from.wu', 0x1_0000_0001n)).toBe('3ff0000000000000');
    expect(run('d', 'from.lu', 0xffff_ffff_ffff_ffffn, 1)).toBe('43efffffffffffff NX');
    expect(run('d', 'from.l', 1n << 63n)).toBe('c3e0000000000000');
    expect(run('d', 'from.l', 0n, 2)).toBe('0');
  });
});

describe('registers', () => {
  it('a single-precision operand that is not boxed is the canonical NaN', () => {
    const env: Environment = { rounding: 0, flags: 0 };
    const one = 0x3f80_0000n;
    const boxedOne = value('s', '1');
    const { s } = FLOAT_OPERATIONS;
    expect(s.add(one, boxedOne, 0n, env)).toBe(value('s', 'nan'));
    expect(s.add(boxedOne, 0xffff_fffe_3f80_0000n, 0n, env)).toBe(value('s', 'nan'));
    expect(s.madd(boxedOne, boxedOne, one, env)).toBe(value('s', 'nan'));
    expect(s.class(0x7f80_0001n, 0n, 0n, env)).toBe(1n << 9n);
    expect(s.min(one, boxedOne, 0n, env)).toBe(boxedOne);
    // The signalling NaN in the lower half is not seen.
    expect(s.eq(0x7f80_0001n, boxedOne, 0n, env)).toBe(0n);
    expect(s.widen(one, 0n, 0n, env)).toBe(value('d', 'nan'));
    expect(env.flags).toBe(0);
    expect(s['to.w'](one, 0n, 0n, env)).toBe(0x7fff_ffffn);
    expect(env.flags).toBe(NV);
  });
});

describe('rounding modes', () => {
  it('rm 7 takes the mode of frm; 5, 6 and, in frm, 7 are reserved', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((rm) => roundingMode(rm, 3))).toEqual([
      ...[0, 1, 2, 3, 4],
      null,
      null,
    ]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((frm) => roundingMode(7, frm))).toEqual([
      ...[0, 1, 2, 3, 4],
      ...[null, null, null],
    ]);
    // A static mode does not look at frm.
    expect(roundingMode(1, 5)).toBe(1);
  });

  it('flags are those of the manual', () => {
    expect([NX, FLAGS.UF, OF, DZ, NV]).toEqual([1, 2, 4, 8, 16]);
  });
});

describe('the instruction table', () => {
  it('names operations that exist', () => {
    const rows = allOps().flatMap(({ name, semantics }) =>
      semantics.kind === 'system' && semantics.call === 'float'
        ? [{ name, args: semantics.args }]
        : [],
    );
    expect(rows.length).toBeGreaterThan(45);
    for (const { name, args } of rows) {
      const [operation, precision] = args as [FloatName, Precision];
      expect(typeof FLOAT_OPERATIONS[precision][operation], name).toBe('function');
    }
  });
});
