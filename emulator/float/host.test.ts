import { describe, expect, it } from 'vitest';
import { Random } from '../differential/random.test-support.ts';
import type { FloatName } from './operations.ts';
import { FLOAT_OPERATIONS } from './operations.ts';
import { boxed, cornersOf, randomOperand, SHAPES } from './operands.test-support.ts';

const PAIRS = 60_000;

const view = new DataView(new ArrayBuffer(8));

function toNumber(bits: bigint, width: 32 | 64): number {
  view.setBigUint64(0, bits);
  return width === 64 ? view.getFloat64(0) : view.getFloat32(4);
}

/** NaNs are canonical. */
function fromNumber(value: number, width: 32 | 64): bigint {
  if (Number.isNaN(value)) return width === 64 ? 0x7ff8_0000_0000_0000n : 0x7fc0_0000n;
  if (width === 64) view.setFloat64(0, value);
  else view.setFloat32(4, value);
  return width === 64 ? view.getBigUint64(0) : BigInt(view.getUint32(4));
}

/**
 * Of binary32 operands the host's binary64 result is rounded again to binary32: for these five operations that is the
 * result rounded once, as 53 >= 2 x 24 + 2 (Figueroa 1995).
 */
const HOST: Partial<Record<FloatName, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: Math.sqrt,
  eq: (a, b) => Number(a === b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
};

/** Bits of the results as integers, not floats. */
const COMPARISONS: readonly string[] = ['eq', 'lt', 'le'];

describe.each(Object.values(SHAPES))('width $width: the host computes the same', (shape) => {
  it.each(Object.keys(HOST) as FloatName[])('%s, to nearest', (name) => {
    const random = new Random(shape.width + name.length);
    const corners = cornersOf(shape);
    const operation = FLOAT_OPERATIONS[shape.letter][name];
    const host = HOST[name];
    if (host === undefined) throw new Error(`${name} has no counterpart`);
    const env = { rounding: 0 as const, flags: 0 };
    const every = corners.flatMap((a) => corners.map((b) => [a, b] as const));
    for (let n = 0; n < PAIRS; n++) {
      const [a, b] = every[n] ?? [
        randomOperand(random, shape, corners),
        randomOperand(random, shape, corners),
      ];
      const value = host(toNumber(a, shape.width), toNumber(b, shape.width));
      const expected = COMPARISONS.includes(name)
        ? BigInt(value)
        : boxed(shape, fromNumber(value, shape.width));
      const result = operation(boxed(shape, a), boxed(shape, b), 0n, env);
      if (result !== expected) {
        expect(result.toString(16), `${name} ${a.toString(16)} ${b.toString(16)}`).toBe(
          expected.toString(16),
        );
      }
    }
  });
});

describe('conversions: the host computes the same', () => {
  it('narrow and widen', () => {
    const random = new Random(3);
    const corners = cornersOf(SHAPES.d);
    const narrower = cornersOf(SHAPES.s);
    const env = { rounding: 0 as const, flags: 0 };
    for (let n = 0; n < PAIRS; n++) {
      const wide = randomOperand(random, SHAPES.d, corners);
      const narrow = randomOperand(random, SHAPES.s, narrower);
      const narrowed = FLOAT_OPERATIONS.d.narrow(wide, 0n, 0n, env);
      const widened = FLOAT_OPERATIONS.s.widen(boxed(SHAPES.s, narrow), 0n, 0n, env);
      const expected = [
        boxed(SHAPES.s, fromNumber(toNumber(wide, 64), 32)),
        fromNumber(toNumber(narrow, 32), 64),
      ];
      if (narrowed !== expected[0] || widened !== expected[1]) {
        expect([narrowed, widened], `${wide} ${narrow}`).toEqual(expected);
      }
    }
  });

  it('from integers of 32 and 64 bits', () => {
    const random = new Random(4);
    const env = { rounding: 0 as const, flags: 0 };
    const { d } = FLOAT_OPERATIONS;
    for (let n = 0; n < PAIRS; n++) {
      const register = random.big(64) >> BigInt(random.below(64));
      const expected = [
        BigInt.asIntN(32, register),
        BigInt.asUintN(32, register),
        BigInt.asIntN(64, register),
        register,
      ].map((value) => fromNumber(Number(value), 64));
      const results = [d['from.w'], d['from.wu'], d['from.l'], d['from.lu']].map((from) =>
        from(register, 0n, 0n, env),
      );
      if (results.some((result, index) => result !== expected[index])) {
        expect(results, `${register}`).toEqual(expected);
      }
    }
  });
});
