/**
 * Page-table entries as two halves, and every decision on them.
 *
 *     63 N | 62:61 PBMT | 60:54 0 | 53:10 PPN | 9:8 RSW | 7 D | 6 A | 5 G | 4 U | 3 X | 2 W | 1 R | 0 V      (Sv32: 31:10 PPN)
 */
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import type { Kind } from '../access/kinds.ts';
import type { Context } from '../access/context.ts';
import type { StageGeometry } from './geometry.ts';
import { within } from '../memory/page.ts';

export const V = 1;
export const U = 16;
export const G = 32;
export const A = 64;
export const D = 128;
/** R, W and X of an entry, as READ | WRITE | EXECUTE. */
const xwrOf = (lo: number): number => (lo >>> 1) & 7;
/** R=0 W=1 X=0. */
const isShadowStackPage = (lo: number): boolean => xwrOf(lo) === WRITE;

export const pteDecisions = {
  /** Sv39..57: the upper bits repeat the sign; Sv32 addresses always fit. */
  isCanonical: (g: StageGeometry, page: number): boolean => {
    if (!g.signed) return true;
    const half = g.pages / 2;
    return page < half || page >= 2 ** 52 - half;
  },
  /** x4 modes: every bit above the guest physical address is zero. */
  fitsGuestWidth: (g: StageGeometry, page: number): boolean => page < g.pages,
  isInvalid: (lo: number): boolean => (lo & V) === 0,
  /** W without R: reserved, but for a shadow-stack page where those are enabled. */
  isReservedEncoding: (lo: number, shadowStack: boolean): boolean =>
    (lo & 6) === 4 && !(shadowStack && isShadowStackPage(lo)),
  hasReservedBits: (hi: number): boolean => (hi & 0x1fc00000) !== 0,
  isLeaf: (lo: number): boolean => (lo & 14) !== 0,
  /** D, A and U of a pointer are reserved. */
  isReservedPointer: (lo: number): boolean => (lo & (D | A | U)) !== 0,
  ppn: (_xlen: 32 | 64, lo: number, hi: number): number => {
    const upper = hi & 0x3fffff;
    return upper === 0 ? lo >>> 10 : upper * 2 ** 22 + (lo >>> 10);
  },
  isNapot: (hi: number): boolean => hi < 0,
  /** Only the 64 KiB group exists: PPN[3:0] = 1000 at level 0. */
  isReservedNapot: (lo: number, level: number): boolean => level !== 0 || (lo & 0x3c00) !== 0x2000,
  /** PBMT=3 is reserved; while PBMTE=0, and in pointers, every memory type but 0 is. */
  isReservedMemoryType: (hi: number, enabled: boolean, isLeaf: boolean): boolean => {
    const type = (hi >>> 29) & 3;
    return type === 3 || (type !== 0 && !(enabled && isLeaf));
  },
  /** 0 as the PMA says, 1 non-cacheable, 2 I/O: not idempotent. */
  memoryType: (hi: number): number => (hi >>> 29) & 3,
  isMisaligned: (ppn: number, span: number): boolean => within(ppn, span) !== 0,
  /** The U bit against the privilege: a G-stage counts every access as a user's. */
  userAllows: (lo: number, user: boolean, sum: boolean, isFetch: boolean): boolean =>
    user ? (lo & U) !== 0 : (lo & U) === 0 || (sum && !isFetch),
  /** R, W, X against the access; MXR makes X readable, HLVX reads X instead of R. */
  allows: (lo: number, kind: Kind, mxr: boolean): boolean => {
    const xwr = xwrOf(lo);
    if (kind.executeAsRead) return (xwr & EXECUTE) !== 0;
    const granted = mxr && (xwr & EXECUTE) !== 0 ? xwr | READ : xwr;
    return (granted & kind.needs) === kind.needs;
  },
  /** Whether MXR applies: mstatus.MXR in every stage, vsstatus.MXR in the VS-stage only. */
  mxr: (context: Context, isVsStage: boolean): boolean =>
    context.mxr || (isVsStage && context.vsmxr),
  needsAccessed: (lo: number): boolean => (lo & A) === 0,
  /** Whether A and D concern an access at all, whichever table is read on its behalf. */
  marksPages: (original: Kind): boolean => original.marksPages,
  needsDirty: (lo: number, writes: boolean): boolean => writes && (lo & D) === 0,
};

/**
 * Shadow-stack pages (Zicfiss) in the first stage: shadow-stack instructions go to no other page; stores, fetches and
 * CBO instructions never to these; loads may read them. A read-only page under a shadow-stack access is a page fault
 * (copy on write).
 */
export function shadowStackVerdict(
  lo: number,
  kind: Kind,
): 'pte.permission' | 'pte.shadow_stack' | 'ok' | 'other' {
  const isPage = isShadowStackPage(lo);
  if (kind.shadowStack) {
    if (isPage) return 'ok';
    return xwrOf(lo) === READ ? 'pte.permission' : 'pte.shadow_stack';
  }
  if (!isPage || kind.executeAsRead) return 'other';
  return kind.origin === 'load' ? 'ok' : 'pte.shadow_stack';
}
