/** The hart changes hands between host and guest: every register that one of them could read from the other. */
import type { HART_CONTEXT } from '../../layouts/hart-context.ts';
import type { BoundTo } from '../../layouts/record.ts';
import type { Op } from '../../port.ts';
import type { TsmContext } from '../context.ts';
import { readCsr, writeCsr } from '../vcpu/csrs.ts';
import { FS_INITIAL, hasFloats, loadFloats, saveFloats } from '../vcpu/floats.ts';
import { exists, GUEST_CSRS, HOST_CSRS } from '../vcpu/switched.ts';
import type { Vcpu } from '../vcpu/vcpu.ts';
import type { AddressSpace } from './address-space.ts';

type HartContext = BoundTo<typeof HART_CONTEXT>;

/** The host's state, put aside on this hart. FS of the TSM goes on: float registers are accessed. */
export function* saveHost({ port, spec, seat }: TsmContext, hart: HartContext): Op<void> {
  for (const [k, csr] of [...HOST_CSRS, ...seat.hostCsrs].entries()) {
    if (exists(csr, spec)) hart.set('csrs', yield* readCsr(port, csr), k);
  }
  if (!hasFloats(spec)) return;
  yield* port.csrs('sstatus', FS_INITIAL);
  yield* saveFloats(port, hart);
}

/** vsatp goes off before hgatp changes, and comes back after it, last of all. */
export function* restoreHost(context: TsmContext, hart: HartContext): Op<void> {
  const { port, spec, seat, run } = context;
  yield* port.csrw('vsatp', 0n);
  for (const [k, csr] of [...HOST_CSRS, ...seat.hostCsrs].entries()) {
    if (exists(csr, spec) && run.restoresHost(csr.name)) {
      yield* writeCsr(port, csr, hart.get('csrs', k));
    }
  }
  // Without a VMID of its own the guest had that of the host.
  if (seat.firstVmid(port) === null) yield* port.fence('hfence_vvma', null, null);
  if (hasFloats(spec) && run.scrubsFloats()) yield* loadFloats(port, hart);
}

/** A guest's state, with the translation that `hgatp` names; its x registers come last of all, by `loadRegisters`. */
export function* loadGuest(
  context: TsmContext,
  { record }: Vcpu,
  { hgatp, isReused }: AddressSpace,
): Op<void> {
  const { port, spec, run } = context;
  yield* port.csrw('vsatp', 0n);
  yield* port.csrw('hgatp', hgatp);
  if (isReused) yield* port.fence('hfence_vvma', null, null);
  for (const [k, csr] of GUEST_CSRS.entries()) {
    if (exists(csr, spec) && run.loadsGuest(csr.name)) {
      yield* writeCsr(port, csr, record.get('csrs', k));
    }
  }
  if (hasFloats(spec)) yield* loadFloats(port, record);
}

/** What a guest can have changed. */
export function* saveGuest({ port, spec, run }: TsmContext, { record }: Vcpu): Op<void> {
  for (const [k, csr] of GUEST_CSRS.entries()) {
    if (csr.kept && exists(csr, spec) && run.savesGuest(csr.name)) {
      record.set('csrs', yield* readCsr(port, csr), k);
    }
  }
  if (hasFloats(spec)) yield* saveFloats(port, record);
}

/** The first thing that a TSM does with a guest's trap: until then the hart holds its registers. */
export function saveRegisters({ port }: TsmContext, { record }: Vcpu): void {
  for (let n = 1; n < 32; n++) record.set('x', port.x(n), n);
}

/** The last thing: nothing but the return may follow. */
export function loadRegisters({ port }: TsmContext, { record }: Vcpu): void {
  for (let n = 1; n < 32; n++) port.setX(n, record.get('x', n));
}
