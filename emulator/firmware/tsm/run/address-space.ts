/** The address space of a guest on a hart: hgatp, VMIDs, and what must be fenced before it is entered. */
import type { HART_CONTEXT } from '../../layouts/hart-context.ts';
import type { BoundTo } from '../../layouts/record.ts';
import type { Op } from '../../port.ts';
import type { FirmwareSpec } from '../../spec.ts';
import type { TsmContext } from '../context.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';

const PAGE = 4096n;

const MODES: Readonly<Record<FirmwareSpec['gstage'], bigint>> = {
  sv32x4: 1n,
  sv39x4: 8n,
  sv48x4: 9n,
  sv57x4: 10n,
};

/** Where MODE and VMID lie in hgatp. */
const FIELDS = { 32: { mode: 31n, vmid: 22n }, 64: { mode: 60n, vmid: 44n } } as const;

/** hgatp for a G-stage whose root lies at `directory`. */
export function hgatpOf(
  { xlen, gstage }: Pick<FirmwareSpec, 'xlen' | 'gstage'>,
  directory: bigint,
  vmid: bigint,
): bigint {
  const { mode, vmid: at } = FIELDS[xlen];
  return (MODES[gstage] << mode) | (vmid << at) | (directory / PAGE);
}

export interface AddressSpace {
  readonly hgatp: bigint;
  /** The VMID was another guest's: what the hart holds of its first stage goes when hgatp names the VMID. */
  readonly isReused: boolean;
}

/** Enters a guest's address space: its VMID here, with nothing behind it that the TVM has lost since. */
export function* enterAddressSpace(
  context: TsmContext,
  hart: BoundTo<typeof HART_CONTEXT>,
  { record, tvm }: Vcpu,
): Op<AddressSpace> {
  const { port, seat, run } = context;
  const here = BigInt(port.hart) + 1n;
  const first = seat.firstVmid(port);
  if (first === null) {
    yield* seat.fenceGuest(port, null);
    record.set('hart', here);
    record.set('entered', tvm.epoch.enter(tvm.epoch.current).version);
    const hgatp = hgatpOf(context.spec, tvm.record.get('directory'), 0n);
    return { hgatp, isReused: true };
  }
  const isKept = run.keepsVmid(
    record.get('hart') === here,
    record.get('vmidGeneration') === hart.get('vmidGeneration'),
  );
  if (!isKept) {
    // Under a VMID that nobody has used since the last roll-over the hart holds nothing.
    record.set('vmid', yield* takeVmid(context, hart, first));
    record.set('vmidGeneration', hart.get('vmidGeneration'));
    if (record.get('hart') !== 0n && record.get('hart') !== here) port.fired('RUN-08');
    record.set('hart', here);
    record.set('fencedTo', tvm.epoch.current);
  }
  const { version, mustFence } = tvm.epoch.enter(record.get('fencedTo'));
  const vmid = record.get('vmid');
  if (run.fencesGuest(mustFence)) {
    port.fired('RUN-08');
    yield* seat.fenceGuest(port, vmid);
  }
  record.set('fencedTo', version);
  record.set('entered', version);
  const hgatp = hgatpOf(context.spec, tvm.record.get('directory'), vmid);
  return { hgatp, isReused: !isKept && hart.get('vmidGeneration') > 0n };
}

/** The next VMID of this hart, from `first` on. Without VMID bits every entry begins anew. */
function* takeVmid(
  { port, spec, seat, run }: TsmContext,
  hart: BoundTo<typeof HART_CONTEXT>,
  first: bigint,
): Op<bigint> {
  const last = (1n << BigInt(spec.vmidlen)) - 1n;
  const next = hart.get('nextVmid') || first;
  if (next <= last) {
    hart.set('nextVmid', next + 1n);
    return next;
  }
  hart.set('vmidGeneration', hart.get('vmidGeneration') + 1n);
  port.fired('RUN-09');
  if (run.fencesGeneration()) yield* seat.fenceGuest(port, null);
  hart.set('nextVmid', first + 1n);
  return last === 0n ? 0n : first;
}
