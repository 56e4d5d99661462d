/**
 * Entries of the memory protection table as two halves, and every decision on them.
 *
 *     pointer    63:54 0 | 53:10 PPN | 9:2 0 | 1 L=0 | 0 V
 *     leaf N=0   63:56 0 | 55:53 XWR[15] .. 10:8 XWR[0] | 7:3 0 | 2 N=0 | 1 L=1 | 0 V      (RV32: 31:29 XWR[7])
 *     leaf N=1   63:16 0 | 15:12 G | 11 0 | 10:8 XWR | 7:3 0 | 2 N=1 | 1 L=1 | 0 V
 */
import { field } from '../memory/page.ts';
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import type { MptGeometry } from './mpt-geometry.ts';

const V = 1;
const L = 2;
const N = 4;
/** The R bits of tuples 0..7 in the low half, 8..15 in the high half. */
const R_LO = 0x24924900;
const R_HI = 0x00249249;

export const mptDecisions = {
  /** Smmpt43/52: an address beyond the mode's width. */
  tooWide: (g: MptGeometry, page: number): boolean => page >= g.pages,
  index: (g: MptGeometry, page: number, level: number): number =>
    field(page, g.scale[level], g.mask[level]),
  isInvalid: (lo: number): boolean => (lo & V) === 0,
  isLeaf: (lo: number): boolean => (lo & L) !== 0,
  isNapot: (lo: number): boolean => (lo & N) !== 0,
  /** N=1 in a pointer. */
  isNapotPointer: (lo: number): boolean => (lo & N) !== 0,
  pointerReserved: (lo: number, hi: number): boolean =>
    (lo & 0x3f8) !== 0 || (hi & 0xffc00000) !== 0,
  leafReserved: (lo: number, hi: number): boolean => (lo & 0xf8) !== 0 || (hi & 0xff000000) !== 0,
  napotReserved: (lo: number, hi: number): boolean => (lo & 0xffff08f8) !== 0 || hi !== 0,
  /** Any G but the mode's is reserved. */
  groupReserved: (g: MptGeometry, lo: number): boolean => ((lo >>> 12) & 15) !== g.napot,
  /** Whether N=1 is legal at a level (open point `napot_levels`). */
  napotAllowed: (level: number, allLevels: boolean): boolean => allLevels || level === 0,
  /** W without R. */
  tupleReserved: (xwr: number): boolean => (xwr & (READ | WRITE)) === WRITE,
  /** The same in any slot of a leaf. */
  anyTupleReserved: (lo: number, hi: number): boolean =>
    ((lo >>> 1) & ~lo & R_LO) !== 0 || ((hi >>> 1) & ~hi & R_HI) !== 0,
  ppn: (lo: number, hi: number): number => {
    const upper = hi & 0x3fffff;
    return upper === 0 ? lo >>> 10 : upper * 2 ** 22 + (lo >>> 10);
  },
  /** Which slot: the top bits of the next lower index, at level 0 of the range offset. */
  tupleIndex: (g: MptGeometry, page: number, level: number): number =>
    field(page, g.tupleScale[level], g.tuples - 1),
  tuple: (lo: number, hi: number, slot: number): number =>
    slot < 8 ? (lo >>> (8 + 3 * slot)) & 7 : (hi >>> (3 * (slot - 8))) & 7,
  napotTuple: (lo: number): number => (lo >>> 8) & 7,
  permits: (xwr: number, needs: number): boolean => (xwr & needs) === needs,
  /** A pointer at level 0 has nowhere to point. */
  endsWalk: (level: number): boolean => level === 0,
};

/** Needs of an access in the protection table: MXR, SUM and U count for nothing; two kinds hang on open points. */
export const isolationDecisions = {
  hlvxNeeds: (needsExecute: boolean): number => (needsExecute ? READ | EXECUTE : READ),
  /** `r_or_w` is R: no legal tuple has W without R. */
  cboNeeds: (knob: 'r_or_w' | 'r' | 'w'): number => (knob === 'w' ? WRITE : READ),
  /** Everything else needs what it needs; MXR would add X for R. */
  needs: (needs: number, _mxr: boolean): number => needs,
};
