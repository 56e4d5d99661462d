/** allow_external_interrupt, deny_external_interrupt: what the host may inject into the calling vCPU. */
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { COVG } from '../../abi/covg.ts';
import { SUCCESS } from '../../abi/errors.ts';
import { INTERRUPT_IDS } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, success, type TsmContext } from '../context.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';

const WORD = 64n;
const WHOLE = (1n << WORD) - 1n;

export const allowInterrupt = (context: TsmContext, vcpu: Vcpu): Op<Outcome> =>
  change(context, vcpu, 'allow_external_interrupt', true);

export const denyInterrupt = (context: TsmContext, vcpu: Vcpu): Op<Outcome> =>
  change(context, vcpu, 'deny_external_interrupt', false);

function* change(
  { port, spec }: TsmContext,
  { record }: Vcpu,
  name: 'allow_external_interrupt' | 'deny_external_interrupt',
  isAllowed: boolean,
): Op<Outcome> {
  const call = COVG.functions[name];
  const { interrupt_id: id } = readArguments(call, (n) => record.get('x', n));
  const every = BigInt.asUintN(port.xlen, -1n);
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    interrupt: () => id !== every && (id === 0n || id >= INTERRUPT_IDS),
  });
  if (error !== SUCCESS) return failure(error);
  if (id === every) {
    for (let k = 0; k < 32; k++) record.set('allowed', isAllowed ? WHOLE : 0n, k);
    return success();
  }
  const word = Number(id / WORD);
  const bit = 1n << (id % WORD);
  const old = record.get('allowed', word);
  record.set('allowed', isAllowed ? old | bit : old & ~bit, word);
  return success();
}
