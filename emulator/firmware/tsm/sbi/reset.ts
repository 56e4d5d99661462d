/** SBI SRST for a guest: the host hears of it, and this vCPU never runs again. */
import { functionOf } from '../../abi/abi.ts';
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { ERRORS, SUCCESS } from '../../abi/errors.ts';
import { SRST } from '../../abi/sbi.ts';
import type { Op } from '../../port.ts';
import { failure, type TsmContext } from '../context.ts';
import { callExit } from '../run/exit.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import { type Answer, stays } from './call.ts';

/** Shutdown, cold and warm reboot; no reason, system failure. The rest is reserved, or a vendor's. */
const TYPES = 3n;
const REASONS = 2n;

export function* resetCall(context: TsmContext, vcpu: Vcpu, fid: number): Op<Answer> {
  const { port, spec } = context;
  if (functionOf(SRST, fid, spec.tsm.profile) === null) return stays(failure(ERRORS.not_supported));
  const call = SRST.functions.system_reset;
  const named = readArguments(call, (n) => BigInt.asUintN(32, vcpu.record.get('x', n)));
  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    type: () => named.reset_type >= TYPES,
    reason: () => named.reset_reason >= REASONS,
  });
  if (error !== SUCCESS) return stays(failure(error));
  return { outcome: null, exit: callExit(context, vcpu, 'ends') };
}
