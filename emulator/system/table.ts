/** What the rows `system(call, ...)` of the instruction table call. */
import type { Executor, Flow } from '../hart/executor.ts';
import type { Decoded } from '../isa/decode.ts';
import { cacheBlock, prefetch } from './cache-blocks.ts';
import { csr } from './csr.ts';
import { ebreak, ecall } from './environment.ts';
import { fence } from './fences.ts';
import { float } from './float.ts';
import { guestLoad, guestStore } from './guest-access.ts';
import { xret } from './returns.ts';
import { mayBe, shadow } from './shadow-stack.ts';
import { wfi, wrs } from './wait.ts';

/** `args`: the constants of the row. */
export type Call = (
  executor: Executor,
  decoded: Decoded,
  args: readonly (string | number)[],
) => Flow;

export const SYSTEM: Readonly<Record<string, Call | undefined>> = {
  csr,
  ecall,
  ebreak,
  xret,
  wfi,
  wrs,
  fence,
  pause: () => 0,
  load: guestLoad,
  store: guestStore,
  cbo: cacheBlock,
  prefetch,
  shadow,
  mop: mayBe,
  float,
};
