/** Float arithmetic: registers in, the exact core, registers and flags out. */
import { roundingMode } from '../float/environment.ts';
import type { FloatName, Precision } from '../float/operations.ts';
import { FLOAT_OPERATIONS } from '../float/operations.ts';
import { accrueFlags, dynamicRounding, floatStatus, markFloatDirty } from '../hart/float-state.ts';
import type { Op } from '../isa/op.ts';
import type { Call } from './call.ts';

/** What a row's syntax and encoding say of its operands. */
interface Shape {
  readonly rounds: boolean;
  readonly toInteger: boolean;
  readonly fromInteger: boolean;
}

const shapes = new WeakMap<Op, Shape>();

function shapeOf(op: Op): Shape {
  let shape = shapes.get(op);
  if (shape === undefined) {
    const names = op.pieces.map(({ text }) => text);
    shape = {
      rounds: op.pattern.fields.some(({ slot }) => slot === 'rm'),
      toInteger: names.includes('rd'),
      fromInteger: names.includes('rs1'),
    };
    shapes.set(op, shape);
  }
  return shape;
}

export const float: Call = (executor, decoded, [name, precision]) => {
  const { hart, mode, registers } = executor;
  const { csrs } = hart;
  const { rd, rs1, rs2, rs3, rm } = decoded.operands;
  if (floatStatus(csrs, mode) === 0) {
    return executor.refuseDecoded({ cause: 2, because: 'float.off', rule: null }, decoded);
  }
  const { rounds, toInteger, fromInteger } = shapeOf(decoded.op);
  const rounding = rounds ? roundingMode(rm, dynamicRounding(csrs)) : 0;
  if (rounding === null) {
    return executor.refuseDecoded({ cause: 2, because: 'float.rounding', rule: null }, decoded);
  }
  const a = fromInteger ? signed(registers.x(rs1), registers.xlen) : registers.f(rs1);
  const env = { rounding, flags: 0 };
  const operation = FLOAT_OPERATIONS[precision as Precision][name as FloatName];
  const value = operation(a, registers.f(rs2), registers.f(rs3), env);
  if (toInteger) registers.setX(rd, value);
  else {
    registers.setF(rd, value);
    markFloatDirty(csrs, mode);
  }
  accrueFlags(csrs, mode, env.flags);
  return 0;
};

/** An integer register as the core takes it: 64 bits, sign-extended. */
const signed = (value: bigint, xlen: 32 | 64): bigint =>
  xlen === 64 ? value : BigInt.asUintN(64, BigInt.asIntN(32, value));
