/** What a call returns in a0 and a1. */
import { type ErrorName, ERRORS, SUCCESS } from '../abi/errors.ts';
import type { Op } from '../port.ts';
import type { Monitor } from './monitor.ts';

export interface Returned {
  readonly error: bigint;
  readonly value: bigint;
}

export const refused = (error: ErrorName): Returned => ({ error: ERRORS[error], value: 0n });
export const done = (value = 0n): Returned => ({ error: SUCCESS, value });
export const NOT_SUPPORTED: Returned = refused('not_supported');

/** What serves an extension: a0 and a1, unless it goes elsewhere for good. `pc`: of the ECALL. */
export type Serve = (monitor: Monitor, pc: bigint) => Op<Returned>;
