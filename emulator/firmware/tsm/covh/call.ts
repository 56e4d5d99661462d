/** What the calls of COVH have in common. */
import type { Call } from '../../abi/call.ts';
import type { COVH } from '../../abi/covh.ts';
import type { Op } from '../../port.ts';
import type { Outcome, TsmContext } from '../context.ts';

export type CovhName = keyof typeof COVH.functions;

/** The arguments of a call, by name. */
export type Values<N extends CovhName> =
  (typeof COVH.functions)[N] extends Call<infer A> ? Readonly<Record<A, bigint>> : never;

/** One for each function: its checks in the order of the table, then what it does. The lock is held. */
export type CovhCalls = {
  readonly [N in CovhName]: (context: TsmContext, values: Values<N>) => Op<Outcome>;
};
