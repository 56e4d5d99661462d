/** ECALLs of a guest: what its TSM answers, and what the host hears of. */
import { BASE, DBCN, HSM, SRST } from '../../abi/sbi.ts';
import { COVG, ATST } from '../../abi/covg.ts';
import { COVH } from '../../abi/covh.ts';
import { COVI } from '../../abi/covi.ts';
import { splitFunctionWord } from '../../abi/abi.ts';
import { ERRORS } from '../../abi/errors.ts';
import { PENDING } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, type TsmContext } from '../context.ts';
import { covgCall } from '../covg/call.ts';
import { callExit, type Exit } from '../run/exit.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import { baseCall } from './base.ts';
import { hsmCall } from './hsm.ts';
import { resetCall } from './reset.ts';

const A0 = 10;
const A1 = 11;
const A6 = 16;
const A7 = 17;

/** How a guest's call ends. */
export interface Answer {
  /** a0 and a1 of the guest; null: they come from the host with the next run. */
  readonly outcome: Outcome | null;
  /** What the host hears; null: nothing. */
  readonly exit: Exit | null;
}

/** Answered here, and the host hears nothing. */
export function stays(outcome: Outcome): Answer {
  return { outcome, exit: null };
}

/** Null: the guest goes on with its result. */
export function* guestCall(context: TsmContext, vcpu: Vcpu): Op<Exit | null> {
  const { outcome, exit } = yield* answerOf(context, vcpu);
  if (outcome !== null) {
    vcpu.record.set('x', outcome.error, A0);
    vcpu.record.set('x', outcome.value, A1);
  }
  return exit;
}

function* answerOf(context: TsmContext, vcpu: Vcpu): Op<Answer> {
  const { record } = vcpu;
  const { fid, reserved, sdid } = splitFunctionWord(record.get('x', A6));
  const isPlain = reserved === 0n && sdid === 0;
  const eid = record.get('x', A7);
  switch (eid) {
    case COVG.eid:
    case ATST.eid:
      if (!isPlain) return unknown(context, 'ABI-05');
      return yield* covgCall(context, vcpu, eid === ATST.eid ? ATST : COVG, fid);
    case BASE.eid:
      return yield* baseCall(context, vcpu, fid);
    case HSM.eid:
      return yield* hsmCall(context, vcpu, fid);
    case SRST.eid:
      return yield* resetCall(context, vcpu, fid);
    case DBCN.eid:
      return asked(context, vcpu);
    case COVH.eid:
    case COVI.eid:
      return notAHost(context);
    default:
      return unknown(context, 'ABI-04');
  }
}

/** The host is asked: it sees a0 .. a7, and its a0 and a1 are the result. */
export function asked(context: TsmContext, vcpu: Vcpu): Answer {
  vcpu.record.set('pending', PENDING.result);
  context.port.fired('EXIT-01');
  return { outcome: null, exit: callExit(context, vcpu, 'asks') };
}

function unknown({ port }: TsmContext, rule: 'ABI-04' | 'ABI-05'): Answer {
  port.fired(rule);
  return stays(failure(ERRORS.not_supported));
}

/** A TVM is no host: it has no pages to give, no TVMs to name, and makes none. */
function notAHost({ port }: TsmContext): Answer {
  port.fired('ABI-07');
  port.fired('ABI-08');
  port.fired('ABI-11');
  return stays(failure(ERRORS.invalid_param));
}
