/** Which rule ids each line of the Smmpt look-up marks: by mode, level and kind of entry. */
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import type { MptGeometry } from './mpt-geometry.ts';

type Mode = MptGeometry['name'];

const width: Record<Mode, number> = {
  smmpt34: R.SMMPT_WIDTH_07,
  smmpt43: R.SMMPT_WIDTH_01,
  smmpt52: R.SMMPT_WIDTH_03,
  smmpt64: R.SMMPT_WIDTH_04,
};
const xwr = [
  R.SMMPT_XWR_01,
  R.SMMPT_XWR_02,
  R.SMMPT_XWR_03,
  R.SMMPT_XWR_04,
  R.SMMPT_XWR_05,
  R.SMMPT_XWR_06,
  R.SMMPT_XWR_07,
  R.SMMPT_XWR_08,
];
/** Which address bits select the tuple, by level. */
const slot64 = [R.SMMPT_GEO_07, R.SMMPT_GEO_09, R.SMMPT_GEO_10, R.SMMPT_GEO_11, R.SMMPT_GEO_12];
const slot32 = [R.SMMPT_GEO_08, R.SMMPT_GEO_13];

export const MPT_RULES = {
  width,
  xwr,

  /** Addresses near or above the limits of the modes. */
  wide(fired: Fired, g: MptGeometry, page: number): void {
    if (g.xlen === 32) fired[R.SMMPT_WIDTH_07] = 1;
    else if (g.name === 'smmpt43' && page === g.pages - 1) fired[R.SMMPT_WIDTH_02] = 1;
    else if (g.name === 'smmpt64' && page >= 2 ** 40) fired[R.SMMPT_WIDTH_04] = 1;
  },

  invalid(g: MptGeometry, level: number): number {
    if (level === 0) return R.SMMPT_LKUP_04;
    return level === g.levels - 1 ? R.SMMPT_LKUP_02 : R.SMMPT_LKUP_03;
  },

  /** What V=0 means to a cache: not kept, or (open point) kept until a fence. */
  keptInvalid(fired: Fired, level: number, keepsInvalid: boolean): void {
    fired[R.SMMPT_CACHE_02] = 1;
    if (keepsInvalid) return;
    fired[R.SMMPT_CACHE_01] = 1;
    fired[R.FENCE_08] = 1;
    if (level > 0) fired[R.SMMPT_CACHE_03] = 1;
  },

  pointerReserved(g: MptGeometry, lo: number): number {
    if (g.xlen === 32) return R.SMMPT_RSV_07;
    return (lo & 0x3fc) !== 0 ? R.SMMPT_RSV_01 : R.SMMPT_RSV_02;
  },

  leafReserved(g: MptGeometry, lo: number): number {
    if (g.xlen === 32) return R.SMMPT_RSV_08;
    return (lo & 0xf8) !== 0 ? R.SMMPT_RSV_03 : R.SMMPT_RSV_04;
  },

  napotReserved(g: MptGeometry, lo: number): number {
    if ((lo & 0xf8) !== 0) return g.xlen === 32 ? R.SMMPT_RSV_08 : R.SMMPT_RSV_03;
    if ((lo & 0x800) !== 0) return g.xlen === 32 ? R.SMMPT_RSV_09 : R.SMMPT_RSV_05;
    return g.xlen === 32 ? R.SMMPT_RSV_10 : R.SMMPT_RSV_06;
  },

  group(g: MptGeometry): number {
    return g.xlen === 32 ? R.SMMPT_NAPOT_07 : R.SMMPT_NAPOT_06;
  },

  /** Nothing asks where a table lies: tables may be shared, or point at themselves. */
  pointer(fired: Fired): void {
    if (fired[R.SMMPT_LKUP_09] === 1) return;
    fired[R.SMMPT_GEO_16] = 1;
    fired[R.SMMPT_CACHE_04] = 1;
    fired[R.SMMPT_CACHE_07] = 1;
    fired[R.SMMPT_LKUP_09] = 1;
  },

  /** A leaf without N. */
  leaf(fired: Fired, g: MptGeometry, level: number): void {
    const slot = (g.xlen === 32 ? slot32 : slot64)[level];
    // What follows hangs on the mode and the level alone, as this mark does.
    if (fired[slot] === 1) return;
    fired[slot] = 1;
    fired[R.SMMPT_XWR_10] = 1;
    fired[R.SMMPT_XWR_11] = 1;
    fired[R.SMMPT_CACHE_04] = 1;
    fired[R.SMMPT_CACHE_05] = 1;
    fired[R.FENCE_07] = 1;
    fired[R.SMMPT_CACHE_06] = 1;
    fired[R.SMMPT_CACHE_08] = 1;
    fired[R.SMMPT_LKUP_10] = 1;
    fired[R.SMMPT_GEO_14] = 1;
    if (level > 0) MPT_RULES.highLeaf(fired, g, level);
  },

  highLeaf(fired: Fired, g: MptGeometry, level: number): void {
    fired[R.SMMPT_GEO_15] = 1;
    if (level === g.levels - 1) {
      if (g.name === 'smmpt34') fired[R.SMMPT_GEO_06] = 1;
      if (g.name === 'smmpt64') fired[R.SMMPT_GEO_05] = 1;
    }
  },

  napot(fired: Fired, g: MptGeometry, level: number): void {
    fired[R.SMMPT_NAPOT_08] = 1;
    fired[R.SMMPT_NAPOT_10] = 1;
    fired[R.SMMPT_NAPOT_11] = 1;
    fired[R.SMMPT_NAPOT_12] = 1;
    fired[R.SMMPT_NAPOT_13] = 1;
    fired[g.xlen === 32 ? R.SMMPT_NAPOT_02 : R.SMMPT_NAPOT_01] = 1;
    if (level === 0) return;
    if (g.xlen === 32) fired[R.SMMPT_NAPOT_05] = 1;
    else fired[level === 1 ? R.SMMPT_NAPOT_03 : R.SMMPT_NAPOT_04] = 1;
    MPT_RULES.highLeaf(fired, g, level);
  },
} as const;
