/**
 * Entries of the memory tracking table (MTT era) as two halves, and every decision on them.
 *
 *     L3        63:45 0 | 44 VALID (from v0.1.1) | 43:0 PPN
 *     L2        63:47 0 | 46:44 TYPE | 43:0 INFO                    (RV32: 31:25 0 | 24:22 TYPE | 21:0 INFO)
 *     L1        16 nibbles (RV32: 8): 3:2 0 | 1:0 PERM, PERM = 00 none, 01 RX, 10 RW, 11 RWX
 */
import { field } from '../memory/page.ts';
import { EXECUTE, READ, WRITE } from '../access/kinds.ts';
import type { MttGeometry } from './mtt-geometry.ts';

/** TYPE of an L2 entry that points at an L1 table. */
export const L1_DIR = 4;
/** PERM to READ | WRITE | EXECUTE. */
const RIGHTS = [0, READ | EXECUTE, READ | WRITE, READ | WRITE | EXECUTE];

export const mttDecisions = {
  /** An address beyond the mode's width: a fault from v0.1.1 on, before that an open point. */
  tooWide: (g: MttGeometry, page: number, isChecked: boolean): boolean =>
    isChecked && page >= g.pages,
  index: (g: MttGeometry, page: number, level: number): number =>
    field(page, g.scale[level], g.mask[level]),
  l3Reserved: (hi: number, hasValid: boolean): boolean =>
    (hi & (hasValid ? 0xffffe000 : 0xfffff000)) !== 0,
  l3Invalid: (hi: number, hasValid: boolean): boolean => hasValid && (hi & 0x1000) === 0,
  l3Ppn: (lo: number, hi: number): number => (hi & 0xfff) * 2 ** 32 + (lo >>> 0),
  l2Reserved: (xlen: 32 | 64, lo: number, hi: number): boolean =>
    xlen === 32 ? (lo & 0xfe000000) !== 0 : (hi & 0xffff8000) !== 0,
  type: (xlen: 32 | 64, lo: number, hi: number): number =>
    xlen === 32 ? (lo >>> 22) & 7 : (hi >>> 12) & 7,
  /** 111 is reserved, and the big-page type of the other XLEN. */
  typeReserved: (g: MttGeometry, type: number): boolean => type > L1_DIR && type !== g.bigPages,
  l2Ppn: (xlen: 32 | 64, lo: number, hi: number): number =>
    xlen === 32 ? lo & 0x3fffff : (hi & 0xfff) * 2 ** 32 + (lo >>> 0),
  /** INFO of a 1G type is zero. */
  gigInfoReserved: (xlen: 32 | 64, lo: number, hi: number): boolean =>
    xlen === 32 ? (lo & 0x3fffff) !== 0 : lo !== 0 || (hi & 0xfff) !== 0,
  /** PERM of a 1G type is TYPE[1:0]. */
  gigPerm: (type: number): number => type & 3,
  /** INFO above the permission fields of 2M_PAGES and 4M_PAGES is zero. */
  bigInfoReserved: (xlen: 32 | 64, lo: number, hi: number): boolean =>
    xlen === 32 ? (lo & 0x3f0000) !== 0 : (hi & 0xfff) !== 0,
  /** Which 2 MiB (PA[24:21]) or 4 MiB (PA[24:22]). */
  bigIndex: (g: MttGeometry, page: number): number =>
    field(page, g.xlen === 32 ? 2 ** -10 : 2 ** -9, g.fields - 1),
  bigPerm: (lo: number, index: number): number => (lo >>> (2 * index)) & 3,
  /** Which page: PA[15:12] (RV32 PA[14:12]). */
  nibbleIndex: (g: MttGeometry, page: number): number => field(page, 1, g.fields - 1),
  nibble: (lo: number, hi: number, index: number): number =>
    index < 8 ? (lo >>> (4 * index)) & 15 : (hi >>> (4 * (index - 8))) & 15,
  nibbleReserved: (nibble: number): boolean => (nibble & 12) !== 0,
  /** The same in any nibble of the entry. */
  anyNibbleReserved: (lo: number, hi: number): boolean =>
    (lo & 0xcccccccc) !== 0 || (hi & 0xcccccccc) !== 0,
  rights: (perm: number): number => RIGHTS[perm],
  permits: (rights: number, needs: number): boolean => (rights & needs) === needs,
};
