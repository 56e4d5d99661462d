/** HFENCE.GVMA and HFENCE.VVMA (and HINVAL) of a domain's supervisor. */
import type { Op } from '../port.ts';
import { HNEST } from './accel/bits.ts';
import { asGuest, hasThirdStage } from './accel/third-stage.ts';
import type { Root } from './context.ts';
import { domainOf, guestVmid, recordOf, registerOf } from './context.ts';
import { modeOf } from './domain-table.ts';
import type { HypervisorInstruction } from './instruction.ts';
import { PAGE } from './memory-map.ts';
import { flushShadow, prepareShadow } from './shadow-table.ts';
import { domainHgatp, guestHgatp } from './worlds.ts';

/** Values of the operands; null is x0. */
export interface FenceOperands {
  readonly address: bigint | null;
  readonly id: bigint | null;
}

export function* emulateHfence(
  root: Root,
  { stage, rs1, rs2 }: Extract<HypervisorInstruction, { kind: 'hfence' }>,
): Op<void> {
  const value = (register: number) => (register === 0 ? null : registerOf(root, register));
  const operands = { address: value(rs1), id: value(rs2) };
  yield* stage === 'gvma' ? fenceGuestStage(root, operands) : fenceFirstStage(root, operands);
}

/** Drops shadow entries: those of one guest page or all, where the VMID is that of the shadow table. */
export function* fenceGuestStage(root: Root, { address, id }: FenceOperands): Op<void> {
  const { decide, port, spec } = root;
  const mask = (1n << BigInt(spec.vmidlen)) - 1n;
  const vmid = yield* tableVmid(root);
  if (!decide.fencesVmid(id === null ? null : id & mask, vmid)) return;
  // The register holds the guest physical address shifted right by 2.
  const page = address === null ? null : (address << 2n) / PAGE;
  if (!hasThirdStage(root)) yield* flushShadow(root, page);
  // With hgatp Bare the guest has no shadow table, but entries of its own.
  yield* port.fence('hfence_gvma', address, guestVmid(root, domainOf(root)));
}

/** The VMID, as the domain names it, of what the hart holds for its guest. */
export function* tableVmid(root: Root): Op<bigint> {
  if (hasThirdStage(root)) return ((yield* root.port.csrr('hnest')) & HNEST.VMID) >> 16n;
  return (recordOf(root).get('shadowFor') >> 44n) & 0x3fffn;
}

/** The real fence, while hgatp names the VMID of the guest. */
export function* fenceFirstStage(root: Root, { address, id }: FenceOperands): Op<void> {
  const { hart, port } = root;
  if (hasThirdStage(root)) {
    return yield* asGuest(root, () => port.fence('hfence_vvma', address, id));
  }
  if (modeOf(hart.get('hgatp')) !== 0n) yield* prepareShadow(root);
  yield* port.csrw('hgatp', guestHgatp(root));
  yield* port.fence('hfence_vvma', address, id);
  yield* port.csrw('hgatp', domainHgatp(root));
}
