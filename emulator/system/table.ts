/** What the rows `system(call, ...)` of the instruction table call. */
import type { Executor, Flow } from '../hart/executor.ts';
import type { Decoded } from '../isa/decode.ts';
import type { Call } from './call.ts';
import { cacheBlock, prefetch } from './cache-blocks.ts';
import { csr } from './csr.ts';
import { ebreak, ecall } from './environment.ts';
import { fence } from './fences.ts';
import { float } from './float.ts';
import { guestLoad, guestStore } from './guest-access.ts';
import { xret } from './returns.ts';
import { mayBe, shadow } from './shadow-stack.ts';
import { wfi, wrs } from './wait.ts';

const SYSTEM: Readonly<Record<string, Call | undefined>> = {
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

/** Executes a row `system(...)`; takes the interrupt that it made pending, if any. */
export function executeSystem(executor: Executor, decoded: Decoded): Flow {
  const { semantics } = decoded.op;
  if (semantics.kind !== 'system') throw new Error(`${decoded.op.name} makes no call`);
  const call = SYSTEM[semantics.call];
  if (call === undefined) throw new Error(`${decoded.op.name} calls ${semantics.call}`);
  executor.sync();
  const flow = call(executor, decoded, semantics.args);
  return executor.hart.csrs.attention ? executor.attend(decoded.length, flow) : flow;
}
