/** What the parts of a TSM share while it handles one trap on one hart. */
import type { Profile } from '../abi/check.ts';
import type { Op, Port } from '../port.ts';
import type { FirmwareSpec } from '../spec.ts';
import { TSM_RECORD, type TsmMap } from '../layouts/tsm.ts';
import type { TvmParts } from '../layouts/tvm.ts';
import type { TsmDecisions } from './decisions.ts';
import type { PageTracker } from './pages/tracker.ts';
import type { RunDecisions } from './run/decisions.ts';
import type { Seat } from './seat.ts';

export interface TsmContext {
  readonly port: Port;
  readonly spec: FirmwareSpec;
  /** The domain of this TSM. */
  readonly sdid: number;
  readonly seat: Seat;
  readonly map: TsmMap;
  /** Parts of a TVM's state pages. */
  readonly parts: TvmParts;
  /** Address of this hart's page (HART_RECORD). */
  readonly hart: bigint;
  readonly pages: PageTracker;
  readonly decisions: TsmDecisions;
  /** What is decided around the run of a vCPU. */
  readonly run: RunDecisions;
}

/** a0 and a1 of a call: 0 or a negative SBI error, and a value. */
export interface Outcome {
  readonly error: bigint;
  readonly value: bigint;
}

/** Whose errors calls return. */
export function errorProfile({ spec, decisions }: TsmContext): Profile {
  return decisions.errorsLike(spec.tsm.profile);
}

export function success(value = 0n): Outcome {
  return { error: 0n, value };
}

export function failure(error: bigint): Outcome {
  return { error, value: 0n };
}

/** Waits until no other hart is inside; held over a whole call, never while a guest runs. */
export function* lock({ port, map }: Pick<TsmContext, 'port' | 'map'>): Op<void> {
  const at = TSM_RECORD.at(map.record, 'lock');
  while ((yield* port.amo('swap', at, 1n)) !== 0n) yield* port.pause();
}

export function* unlock({ port, map }: Pick<TsmContext, 'port' | 'map'>): Op<void> {
  yield* port.amo('swap', TSM_RECORD.at(map.record, 'lock'), 0n);
}
