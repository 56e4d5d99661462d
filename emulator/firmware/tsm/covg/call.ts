/** COVG: the calls of a guest to its TSM, and how its host hears of them. */
import { functionOf } from '../../abi/abi.ts';
import { type ATST, COVG } from '../../abi/covg.ts';
import { ERRORS } from '../../abi/errors.ts';
import { PENDING } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import type { RuleId } from '../../../rules/fired.ts';
import { failure, type Outcome, type TsmContext } from '../context.ts';
import { callExit } from '../run/exit.ts';
import { type Answer, stays } from '../sbi/call.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import { ATTESTATION_CALLS } from './attestation.ts';
import { allowInterrupt, denyInterrupt } from './interrupts.ts';
import { addMmio, removeMmio } from './mmio.ts';
import { share, unshare } from './sharing.ts';

type Name = keyof typeof COVG.functions;
type Serve = (context: TsmContext, vcpu: Vcpu) => Op<Outcome>;

const SERVE: Readonly<Record<Name, Serve>> = {
  add_mmio_region: addMmio,
  remove_mmio_region: removeMmio,
  share_memory_region: share,
  unshare_memory_region: unshare,
  allow_external_interrupt: allowInterrupt,
  deny_external_interrupt: denyInterrupt,
  get_attcaps: attests('get_attcaps'),
  extend_measurement: attests('extend_measurement'),
  get_evidence: attests('get_evidence'),
  retrieve_secret: attests('retrieve_secret'),
  read_measurement: attests('read_measurement'),
};

/** Attestation calls that the host is told of. */
const TOLD: Partial<Record<Name, RuleId>> = {
  get_attcaps: 'EXIT-19',
  extend_measurement: 'EXIT-20',
  get_evidence: 'EXIT-21',
  read_measurement: 'EXIT-22',
};

function attests(name: keyof typeof ATTESTATION_CALLS): Serve {
  return (context, { record, tvm }) =>
    ATTESTATION_CALLS[name](context, tvm, (register) => record.get('x', register));
}

/** A call that fails is the guest's alone; one that succeeds reaches the host as its row says. */
export function* covgCall(
  context: TsmContext,
  vcpu: Vcpu,
  extension: typeof COVG | typeof ATST,
  fid: number,
): Op<Answer> {
  const { port, spec, run } = context;
  const { profile } = spec.tsm;
  const name: Name | null = functionOf(extension, fid, profile);
  if (name === null) return stays(failure(ERRORS.not_supported));
  const outcome = yield* SERVE[name](context, vcpu);
  const reflects = COVG.functions[name].reflects?.[profile] ?? 'stays';
  if (outcome.error !== 0n || reflects === 'stays') return stays(outcome);
  if (!run.hearsHost(reflects)) port.fired('EXIT-18');
  port.fired(TOLD[name] ?? 'EXIT-01');
  if (run.hearsHost(reflects) && vcpu.record.get('pending') === PENDING.none) {
    vcpu.record.set('pending', PENDING.result);
  }
  return {
    outcome: run.hearsHost(reflects) ? null : outcome,
    exit: callExit(context, vcpu, reflects),
  };
}
