/** SBI NACL for the host of TVMs: a hart registers the memory in which it hears of exits. */
import { functionOf, splitFunctionWord } from '../../abi/abi.ts';
import { readArguments } from '../../abi/call.ts';
import { refuse } from '../../abi/check.ts';
import { ERRORS, SUCCESS } from '../../abi/errors.ts';
import { NACL } from '../../abi/nacl.ts';
import { NO_SHMEM } from '../../layouts/hart-context.ts';
import { NACL_ALIGNMENT, naclBytes } from '../../layouts/nacl.ts';
import type { Op } from '../../port.ts';
import { failure, type Outcome, success, type TsmContext } from '../context.ts';
import { isReachable } from '../pages/host-memory.ts';
import { hartContext } from '../vcpu/vcpu.ts';

const PAGE = 4096n;
const A6 = 16;

/** Shared memory is all that CoVE needs of NACL: no feature is offered. */
export function* naclCall(context: TsmContext): Op<Outcome> {
  const { port, spec } = context;
  const { fid } = splitFunctionWord(port.x(A6));
  const name = functionOf(NACL, fid, spec.tsm.profile);
  const refused = yield* refuse(port, spec.tsm.profile, NACL.entry, {
    function: () => name === null,
  });
  if (refused !== SUCCESS) return failure(refused);
  if (name === 'probe_feature') return success(0n);
  if (name === 'set_shmem') return yield* setSharedMemory(context);
  return failure(ERRORS.not_supported);
}

function* setSharedMemory(context: TsmContext): Op<Outcome> {
  const { port, spec, pages, decisions } = context;
  const call = NACL.functions.set_shmem;
  const { shmem_phys_lo: at, shmem_phys_hi: high, flags } = readArguments(call, (n) => port.x(n));
  const ones = BigInt.asUintN(port.xlen, -1n);
  const isOff = at === ones && high === ones;
  const size = naclBytes(port.xlen);
  const isOrdinary = () => pages.every(at, size / PAGE, ({ state }) => decisions.isOfHost(state));

  const error = yield* refuse(port, spec.tsm.profile, call.checks, {
    flags: () => flags !== 0n,
    alignment: () => !isOff && at % NACL_ALIGNMENT !== 0n,
    *memory() {
      if (isOff) return false;
      const isMemory = high === 0n && pages.every(at, size / PAGE, () => true);
      return !isMemory || (isOrdinary() && !(yield* isReachable(context, at, size)));
    },
    confidential: () => !isOff && !isOrdinary(),
  });
  if (error !== SUCCESS) return failure(error);
  port.fired(isOff ? 'NACL-05' : 'NACL-01');
  hartContext(context).set('nacl', isOff ? NO_SHMEM : at);
  return success();
}
