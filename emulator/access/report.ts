/** What a denial is reported as: the cause by reason, kind and stage; numbers only. */
import type { Reason } from '../rules/reasons.ts';
import type { Kind } from './kinds.ts';
import type { Port } from './port.ts';

type Origin = Kind['origin'];

const ACCESS: Record<Origin, number> = { fetch: 1, load: 5, store: 7 };
const PAGE: Record<Origin, number> = { fetch: 12, load: 13, store: 15 };
const GUEST: Record<Origin, number> = { fetch: 20, load: 21, store: 23 };
const MISALIGNED: Record<Origin, number> = { fetch: 0, load: 4, store: 6 };

/** Denials by the contents of a page table; those of its memory are access faults. */
function isPageFault(reason: Reason): boolean {
  switch (reason) {
    case 'pte.table_pmp':
    case 'pte.table_pma':
    case 'pte.table_poison':
    case 'pte.shadow_stack':
      return false;
    default:
      return reason.startsWith('pte.');
  }
}

export const reportDecisions = {
  /** What `because` compares with. */
  reason: (reason: Reason): Reason => reason,
  /** Every denial is reported for the original access, also that of a table access on its behalf. */
  origin: (original: Origin, _reason: Reason, _implicit: boolean): Origin => original,
  /** What a page table says is a page fault; every other denial is an access fault. */
  isPageFault: (reason: Reason): boolean => isPageFault(reason),
  /** A page fault of the G-stage is a guest-page fault. */
  isGuestFault: (stage: Port['stage']): boolean => stage === 'g',
  /** tval: the part that was denied. */
  partPage: (part: number, _whole: number): number => part,
  partOffset: (part: number, _whole: number): number => part,
  /** The guest physical address of a guest-page fault: of the denied access, explicit or implicit. */
  guestPage: (denied: number, _virtual: number): number => denied,
  guestOffset: (denied: number, _virtual: number): number => denied,
  /** GVA: tval is a guest's virtual address. */
  isGuestVirtual: (virtual: boolean): boolean => virtual,
  /** The pseudo-instruction of an implicit access for VS-stage translation: entry of 8 or 4 bytes, read or write. */
  pseudoInstruction: (implicit: boolean, wrote: boolean, xlen: 32 | 64): number =>
    implicit ? (xlen === 64 ? 0x3000 : 0x2000) + (wrote ? 0x20 : 0) : 0,
  /** Addr. Offset, in place of rs1: from the address of the access to the one that is reported. */
  addressOffset: (distance: number): number => distance,
  /** The transformed instruction, where an instruction was executed (0: none). */
  transformedInstruction: (word: number, addressOffset: number): number =>
    word === 0 ? 0 : (word | (addressOffset << 15)) >>> 0,
};

/** mcause of a denial. */
export function causeOf(port: Port, reason: Reason): number {
  const decide = port.decide.report;
  const origin = decide.origin(port.kind.origin, reason, port.implicit);
  if (reason === 'align.address') {
    return port.kind.shadowStack ? ACCESS.store : MISALIGNED[origin];
  }
  if (!decide.isPageFault(reason)) return ACCESS[origin];
  return decide.isGuestFault(port.stage) ? GUEST[origin] : PAGE[origin];
}
