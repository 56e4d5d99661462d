/** The float operations of the instruction table, on whole registers. */
import { add, divide, multiply, multiplyAdd, squareRoot, subtract } from './arithmetic.ts';
import { box, unbox } from './box.ts';
import { classify, equal, less, lessOrEqual, maximum, minimum } from './compare.ts';
import type { IntegerType } from './convert.ts';
import { convertFormat, fromInteger, INTEGERS, toInteger } from './convert.ts';
import type { Environment } from './environment.ts';
import type { Format } from './format.ts';
import { BINARY32, BINARY64 } from './format.ts';

/**
 * From registers rs1, rs2, rs3 to rd, 64 bits each, as unsigned numbers; what an instruction does not name is ignored.
 * Floats are NaN-boxed, integer results sign-extended to 64 bits. Adds to the flags of `env`.
 */
export type FloatOperation = (a: bigint, b: bigint, c: bigint, env: Environment) => bigint;

/** By the last letter of the instructions. */
export const FORMATS = { s: BINARY32, d: BINARY64 } as const;

export type Precision = keyof typeof FORMATS;

/** What `system('float', name, precision)` rows name; the precision is that of the float operands. */
export type FloatName = keyof ReturnType<typeof operationsOf>;

type Core = (format: Format, a: bigint, b: bigint, env: Environment) => bigint;

/** A float result of one or two float operands. */
function float(format: Format, core: Core): FloatOperation {
  return (a, b, _, env) => box(format, core(format, unbox(format, a), unbox(format, b), env));
}

/** An integer result of one or two float operands. */
function integer(format: Format, core: Core): FloatOperation {
  return (a, b, _, env) => core(format, unbox(format, a), unbox(format, b), env);
}

/** +-(a x b) +- c: signs of operands are exact. */
function fused(format: Format, ofProduct: 1 | -1, ofAddend: 1 | -1): FloatOperation {
  const flipA = ofProduct === 1 ? 0n : format.signBit;
  const flipC = ofAddend === 1 ? 0n : format.signBit;
  return (a, b, c, env) =>
    box(
      format,
      multiplyAdd(
        format,
        unbox(format, a) ^ flipA,
        unbox(format, b),
        unbox(format, c) ^ flipC,
        env,
      ),
    );
}

function convert(from: Format, to: Format): FloatOperation {
  return (a, _b, _c, env) => box(to, convertFormat(from, to, unbox(from, a), env));
}

function to(format: Format, type: IntegerType): FloatOperation {
  return (a, _b, _c, env) => toInteger(format, type, unbox(format, a), env);
}

function from(format: Format, type: IntegerType): FloatOperation {
  return (a, _b, _c, env) => box(format, fromInteger(format, type, a, env));
}

function operationsOf(format: Format) {
  return {
    add: float(format, add),
    sub: float(format, subtract),
    mul: float(format, multiply),
    div: float(format, divide),
    sqrt: float(format, (_, a, _b, env) => squareRoot(format, a, env)),
    madd: fused(format, 1, 1),
    msub: fused(format, 1, -1),
    nmsub: fused(format, -1, 1),
    nmadd: fused(format, -1, -1),
    min: float(format, minimum),
    max: float(format, maximum),
    eq: integer(format, equal),
    lt: integer(format, less),
    le: integer(format, lessOrEqual),
    class: integer(format, (_, a) => classify(format, a)),
    widen: convert(format, BINARY64),
    narrow: convert(format, BINARY32),
    'to.w': to(format, INTEGERS.w),
    'to.wu': to(format, INTEGERS.wu),
    'to.l': to(format, INTEGERS.l),
    'to.lu': to(format, INTEGERS.lu),
    'from.w': from(format, INTEGERS.w),
    'from.wu': from(format, INTEGERS.wu),
    'from.l': from(format, INTEGERS.l),
    'from.lu': from(format, INTEGERS.lu),
  } as const satisfies Record<string, FloatOperation>;
}

/** Every operation at each precision. */
export const FLOAT_OPERATIONS: Readonly<
  Record<Precision, Readonly<Record<FloatName, FloatOperation>>>
> = { s: operationsOf(BINARY32), d: operationsOf(BINARY64) };
