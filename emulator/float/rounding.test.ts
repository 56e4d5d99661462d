import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../differential/random.test-support.ts';
import type { Rounding } from './environment.ts';
import type { FloatName } from './operations.ts';
import { FLOAT_OPERATIONS } from './operations.ts';
import type { Shape } from './operands.test-support.ts';
import {
  boxed,
  cornersOf,
  infinityOf,
  negated,
  oneOf,
  randomOperand,
  SHAPES,
} from './operands.test-support.ts';
import type { Fraction, Mode } from './reference.test-support.ts';
import {
  dividedBy,
  fraction,
  minus,
  MODES,
  NV,
  NX,
  OF,
  plus,
  rational,
  rootOf,
  rounded,
  times,
  UF,
  valueOf,
} from './reference.test-support.ts';

const zero = fraction(0n);

/** The exact result of finite operands; null: it has a rule of its own (a zero result, a zero divisor, a negative root). */
const EXACT: Partial<
  Record<FloatName, (a: Fraction, b: Fraction, c: Fraction) => Fraction | null>
> = {
  add: plus,
  sub: minus,
  mul: times,
  div: (a, b) => (b.over === 0n ? null : dividedBy(a, b)),
  madd: (a, b, c) => plus(times(a, b), c),
  msub: (a, b, c) => minus(times(a, b), c),
  nmsub: (a, b, c) => minus(c, times(a, b)),
  nmadd: (a, b, c) => minus(minus(zero, times(a, b)), c),
};

function run(name: FloatName, shape: Shape, mode: Mode, operands: readonly bigint[]): string {
  const env = { rounding: MODES.indexOf(mode) as Rounding, flags: 0 };
  const [a = 0n, b = 0n, c = 0n] = operands.map((bits) => boxed(shape, bits));
  const result = FLOAT_OPERATIONS[shape.letter][name](a, b, c, env);
  return `${result.toString(16)} flags ${env.flags}`;
}

/** As `run`, by definition; null where nothing is rounded. */
function byDefinition(
  name: FloatName,
  shape: Shape,
  mode: Mode,
  operands: readonly bigint[],
): string | null {
  const infinity = infinityOf(shape);
  if (operands.some((bits) => BigInt.asUintN(shape.width - 1, bits) >= infinity)) return null;
  const [a = zero, b = zero, c = zero] = operands.map((bits) => valueOf(shape, bits));
  let expected;
  if (name === 'sqrt') {
    if (a.over <= 0n) return null;
    expected = rounded(shape, mode, false, rootOf(a));
  } else {
    const exact = EXACT[name]?.(a, b, c) ?? zero;
    if (exact.over === 0n) return null;
    const negative = exact.over < 0n;
    const magnitude = negative ? minus(zero, exact) : exact;
    expected = rounded(shape, mode, negative, rational(magnitude));
  }
  return `${boxed(shape, expected.bits).toString(16)} flags ${expected.flags}`;
}

const NAMES = ['add', 'sub', 'mul', 'div', 'sqrt', 'madd', 'msub', 'nmsub', 'nmadd'] as const;

describe.each(Object.values(SHAPES))('width $width', (shape: Shape) => {
  const corners = cornersOf(shape);

  it.each(NAMES)('%s is the exact result rounded once, in every mode', (name) => {
    const operand = fc
      .nat({ max: 2 ** 31 - 1 })
      .map((seed) => randomOperand(new Random(seed), shape, corners));
    let decided = 0;
    fc.assert(
      fc.property(operand, operand, operand, (...operands) => {
        for (const mode of MODES) {
          const expected = byDefinition(name, shape, mode, operands);
          if (expected === null) continue;
          decided++;
          expect(run(name, shape, mode, operands), `${name} ${mode}`).toBe(expected);
        }
      }),
      { numRuns: shape.width === 32 ? 250 : 120 },
    );
    expect(decided).toBeGreaterThan(150);
  });

  it('sums and products that end near the smallest normal number underflow by their rounded size', () => {
    const { fractionBits } = shape;
    const smallest = 1n << BigInt(fractionBits);
    const one = oneOf(shape);
    // The largest number below 1, and some more: the product is just below the smallest normal number.
    for (let below = 1n; below < 5n; below++) {
      for (let above = 0n; above < 5n; above++) {
        for (const mode of MODES) {
          for (const sign of [0n, 1n]) {
            const a = smallest + above;
            const b = sign === 1n ? negated(shape, one - below) : one - below;
            const expected = byDefinition('mul', shape, mode, [a, b]);
            expect(run('mul', shape, mode, [a, b])).toBe(expected);
            const c = sign === 1n ? negated(shape, above) : above;
            const fused = byDefinition('madd', shape, mode, [smallest, b, c]);
            expect(run('madd', shape, mode, [smallest, b, c])).toBe(fused ?? `never`);
          }
        }
      }
    }
  });

  it('a product just below the smallest normal number that rounds up to it is inexact and not tiny', () => {
    const smallest = 1n << BigInt(shape.fractionBits);
    const one = oneOf(shape);
    // (1 + u) x (1 - u) x 2^emin = (1 - u^2) x 2^emin: p digits round it up to 2^emin.
    const operands = [smallest + 1n, one - 2n];
    const result = (bits: bigint, flags: number) =>
      `${boxed(shape, bits).toString(16)} flags ${flags}`;
    expect(run('mul', shape, 'rne', operands)).toBe(result(smallest, NX));
    expect(run('mul', shape, 'rtz', operands)).toBe(result(smallest - 1n, NX | UF));
    // (1 - u/2) x 2^emin has p digits: exact without bounds, tiny, and still rounded up here.
    expect(run('mul', shape, 'rne', [smallest, one - 1n])).toBe(result(smallest, NX | UF));
  });

  it('exact subnormal results are not underflows', () => {
    const smallest = 1n << BigInt(shape.fractionBits);
    expect(run('sub', shape, 'rne', [smallest + 1n, smallest])).toBe(
      `${boxed(shape, 1n).toString(16)} flags 0`,
    );
  });

  it.each([
    ['rne', 'infinity', 'infinity'],
    ['rtz', 'largest', 'largest'],
    ['rdn', 'largest', 'infinity'],
    ['rup', 'infinity', 'largest'],
    ['rmm', 'infinity', 'infinity'],
  ] as const)('%s: overflow gives %s, of negative numbers %s', (mode, positive, negative) => {
    const infinity = infinityOf(shape);
    const largest = infinity - 1n;
    const magnitude = { infinity, largest };
    const result = (bits: bigint) => `${boxed(shape, bits).toString(16)} flags ${OF | NX}`;
    expect(run('add', shape, mode, [largest, largest])).toBe(result(magnitude[positive]));
    const minusLargest = negated(shape, largest);
    expect(run('add', shape, mode, [minusLargest, minusLargest])).toBe(
      result(negated(shape, magnitude[negative])),
    );
  });

  it('the flags that were set stay set', () => {
    const env = { rounding: 0 as const, flags: NV };
    const one = boxed(shape, oneOf(shape));
    FLOAT_OPERATIONS[shape.letter].add(one, one, 0n, env);
    expect(env.flags).toBe(NV);
    FLOAT_OPERATIONS[shape.letter].add(one, boxed(shape, 1n), 0n, env);
    expect(env.flags).toBe(NV | NX);
  });
});
