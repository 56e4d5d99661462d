/** What a row `system(...)` of the instruction table calls. */
import type { Executor, Flow } from '../hart/executor.ts';
import type { Decoded } from '../isa/decode.ts';

/** `args`: the constants of the row. */
export type Call = (
  executor: Executor,
  decoded: Decoded,
  args: readonly (string | number)[],
) => Flow;
