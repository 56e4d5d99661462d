/** What an exit left for the next run to finish, with the host's answer to it. */
import type { RegionKind } from '../../layouts/region.ts';
import { PENDING } from '../../layouts/vcpu.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { isEmpty } from '../tvm/gstage.ts';
import { carve, readRegions, writeRegions } from '../tvm/regions.ts';
import { hartContext, type Vcpu } from '../vcpu/vcpu.ts';
import { decodeTransformed } from './access.ts';
import { naclPage } from './nacl-page.ts';

const A0 = 10;
const A1 = 11;

interface Range {
  readonly gpa: bigint;
  readonly length: bigint;
}

export interface Completion {
  /** The vCPU may not run yet: what is mapped must go first. */
  readonly isBlocked: boolean;
  /** x registers that get the host's answer. */
  readonly registers: readonly (readonly [register: number, value: bigint])[];
  /** A range of addresses that changes its use. */
  readonly region: (Range & { readonly kind: RegionKind }) | null;
  /** The host's a0 is not left in shared memory. */
  readonly clears: boolean;
}

/** What a range becomes by the host's answer, and what it is while the host decides. */
export const SHARING = {
  share: { asked: 'confidential removable', granted: 'shared', rejected: 'confidential' },
  unshare: { asked: 'shared removable', granted: 'confidential', rejected: 'shared' },
} as const satisfies Record<string, Readonly<Record<string, RegionKind>>>;

/** Nothing of the range's former use is left behind a change that was granted. */
const GRANTED = {
  shared: ['SHAR-05', 'SHAR-06', 'SHAR-10'],
  confidential: ['SHAR-08', 'SHAR-10'],
} as const;

/** Null: nothing is left. The host's answer is read here, and only here. */
export function* completion(context: TsmContext, vcpu: Vcpu): Op<Completion | null> {
  const { record } = vcpu;
  const pending = record.get('pending');
  if (pending === PENDING.none) return null;
  const page = naclPage(context, hartContext(context));
  const answer = yield* page.readGpr(A0);
  if (pending === PENDING.share) return sharing(context, vcpu, SHARING.share, answer);
  if (pending === PENDING.unshare) return sharing(context, vcpu, SHARING.unshare, answer);
  const other = { isBlocked: false, region: null };
  if (pending === PENDING.load) return { ...other, ...loaded(context, vcpu, answer) };
  const value = yield* page.readGpr(A1);
  return { ...other, registers: result(answer, value), clears: false };
}

/** The host's answer arrives in the guest. */
export function* finish(context: TsmContext, vcpu: Vcpu, done: Completion): Op<void> {
  const { record, tvm } = vcpu;
  const { region } = done;
  for (const [register, value] of done.registers) record.set('x', value, register);
  if (region !== null) {
    const { gpa, length, kind } = region;
    writeRegions(context, tvm, carve(readRegions(context, tvm), gpa, length, kind));
  }
  if (done.clears && context.run.clearsLoaded()) {
    yield* naclPage(context, hartContext(context)).writeGpr(A0, 0n);
  }
  record.set('pending', PENDING.none);
}

const result = (error: bigint, value: bigint): Completion['registers'] => [
  [A0, error],
  [A1, value],
];

function sharing(
  context: TsmContext,
  { record, tvm }: Vcpu,
  kinds: (typeof SHARING)[keyof typeof SHARING],
  answer: bigint,
): Completion {
  const { port, run } = context;
  const range = {
    gpa: record.get('pendingArguments', 0),
    length: record.get('pendingArguments', 1),
  };
  if (run.isRejected(answer)) {
    port.fired('EXIT-17');
    const region = { ...range, kind: kinds.rejected };
    return { isBlocked: false, registers: result(answer, 0n), region, clears: false };
  }
  const empty = isEmpty(context, tvm, range.gpa, range.length);
  const isBlocked = run.isBlocked(empty);
  port.fired(isBlocked ? 'SHAR-03' : 'SHAR-04');
  if (!isBlocked) for (const rule of GRANTED[kinds.granted]) port.fired(rule);
  const region = { ...range, kind: kinds.granted };
  return { isBlocked, registers: result(0n, 0n), region, clears: false };
}

function loaded(
  { port, run }: TsmContext,
  { record }: Vcpu,
  answer: bigint,
): Pick<Completion, 'registers' | 'clears'> {
  const access = decodeTransformed(record.get('pendingArguments', 1), port.xlen);
  if (access === null) throw new RangeError('a load that was emulated is not one');
  const register = Number(record.get('pendingArguments', 0));
  const value = run.loaded(answer, access.bytes, access.isSigned);
  port.fired('EXIT-06');
  port.fired('EXIT-08');
  const registers: Completion['registers'] = register === 0 ? [] : [[register, value]];
  return { registers, clears: true };
}
