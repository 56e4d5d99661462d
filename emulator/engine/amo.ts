/** What atomic memory operations leave in memory, on values in two halves. */
import type { Value } from '../access/parts.ts';
import type { AmoFunction } from '../isa/op.ts';

/** Changes the value in memory in place; `by` is rs2. Words are sign-extended, which keeps every order. */
type Combine = (value: Value, by: Value) => void;

const below = (a: Value, b: Value): boolean =>
  a.hi === b.hi ? a.lo >>> 0 < b.lo >>> 0 : a.hi < b.hi;

const belowUnsigned = (a: Value, b: Value): boolean =>
  a.hi === b.hi ? a.lo >>> 0 < b.lo >>> 0 : a.hi >>> 0 < b.hi >>> 0;

const choose = (takes: (value: Value, by: Value) => boolean): Combine => {
  return (value, by) => {
    if (takes(value, by)) value.set(by.lo, by.hi);
  };
};

const swap: Combine = (value, by) => void value.set(by.lo, by.hi);

export const COMBINE: Readonly<Record<AmoFunction, Combine>> = {
  swap,
  ssswap: swap,
  add: (value, by) => {
    const lo = (value.lo + by.lo) | 0;
    const carry = lo >>> 0 < value.lo >>> 0 ? 1 : 0;
    value.set(lo, (value.hi + by.hi + carry) | 0);
  },
  xor: (value, by) => void value.set(value.lo ^ by.lo, value.hi ^ by.hi),
  and: (value, by) => void value.set(value.lo & by.lo, value.hi & by.hi),
  or: (value, by) => void value.set(value.lo | by.lo, value.hi | by.hi),
  min: choose((value, by) => below(by, value)),
  max: choose((value, by) => below(value, by)),
  minu: choose((value, by) => belowUnsigned(by, value)),
  maxu: choose((value, by) => belowUnsigned(value, by)),
};
