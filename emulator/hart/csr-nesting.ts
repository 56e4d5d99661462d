/**
 * CSRs of hypothetical hardware for nested virtualization, in the custom space of HS-mode. No such hardware exists and no
 * specification describes it: docs/model.md does.
 */
import type { Platform } from '../platform.ts';
import { legaliseHgatp } from './csr-hypervisor.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr } from './csr-row.ts';

/** Bits of hnest. */
export const HNEST = {
  /** VS-mode software is a hypervisor. */
  EN: 1n << 0n,
  /** Its guest runs. */
  V2: 1n << 1n,
  /** The guest-page fault reported last was one of hgatp, not of hgatp2. */
  OUTER: 1n << 2n,
  /** Its accesses to H CSRs go to the page at hnestpg. */
  CSRP: 1n << 8n,
  /** Traps of its guest go to it. */
  TRAP: 1n << 9n,
  /** Its SRET enters its guest. */
  SRET: 1n << 10n,
  /** The guest's addresses go through hgatp2, then hgatp. */
  WALK3: 1n << 11n,
  /** Its HFENCE acts on what the hart has cached for its guest. */
  FENCE: 1n << 12n,
  /** The VMID that it has given to its guest. */
  VMID: 0x3fffn << 16n,
} as const;

const exists = ({ nesting, xlen }: Platform) => nesting === true && xlen === 64;
const mask = Object.values(HNEST).reduce((sum, bits) => sum | bits, 0n);

export const NESTING_CSRS: readonly CsrRow[] = [
  csr('hnest', 0x6c0, { exists, mask, affectsAccess: true }),
  csr('hnestpg', 0x6c1, { exists, mask: ((1n << 56n) - 1n) & ~0x1fffn }),
  csr('hgatp2', 0x6c2, { exists, affectsAccess: true, legalise: legaliseHgatp }),
];

/** Says of which stage the guest-page fault is that was denied last. */
export function markStage(state: CsrState, isInner: boolean): void {
  const hnest = state.raw('hnest') & ~HNEST.OUTER;
  state.setRaw('hnest', isInner ? hnest : hnest | HNEST.OUTER);
}
