/** What may stand on a `machine` line, and in which shape. */
import { CACHING, KNOBS, MPT_GEOMETRIES, MTT_GEOMETRIES, REVISIONS } from '../../emulator/index.ts';
import type { PropertyShape } from '../../dsl/index.ts';

/** Who runs where; all but the first two are checked, and skipped when run. */
export const MODELS = [
  'flat',
  'tsm_peer',
  'tsm_root',
  'rdsm_hs',
  'nested_accel',
  'smmpt_light',
  'tsm_m',
] as const;

function word(...values: readonly string[]): PropertyShape {
  return { kind: 'word', values };
}

function number(min: bigint, max: bigint): PropertyShape {
  return { kind: 'number', min, max };
}

const SIZES = 1n << 20n;

export const PROPERTIES: ReadonlyMap<string, PropertyShape> = new Map<string, PropertyShape>([
  ['xlen', word('32', '64')],
  ['ram', { kind: 'extent' }],
  ['io', { kind: 'extent' }],
  ['clint', { kind: 'extent' }],
  ['uart', { kind: 'extent' }],
  ['finisher', { kind: 'extent' }],
  ['mpt', word('bare', ...Object.keys(MPT_GEOMETRIES), ...Object.keys(MTT_GEOMETRIES))],
  ['harts', number(1n, 8n)],
  ['sdidlen', number(0n, 6n)],
  ['asidlen', number(0n, 16n)],
  ['vmidlen', number(0n, 14n)],
  ['pmp', word('0', '16', '64')],
  ['caching', word(...CACHING)],
  ['tlb', number(1n, SIZES)],
  ['walk', number(1n, SIZES)],
  ['mpt_cache', number(1n, SIZES)],
  ['model', word(...MODELS)],
  ['revision', word(...Object.keys(REVISIONS))],
  ['tables', word('little', 'big')],
  ['tval', word('address', 'zero')],
  ['delegates', word('access_faults', 'page_faults', 'guest_page_faults', 'all', 'nothing')],
  ['arena', number(1n << 20n, 1n << 31n)],
  // What later machinery reads: parsed and checked, skipped when it would matter.
  ['iompt', word('enabled', 'bare')],
  ['iommu', word('enabled', 'bare', 'off')],
  ['sids', number(1n, 64n)],
  ['geilen', number(0n, 63n)],
  ['schedule', { kind: 'numbers' }],
  ['tsm', word('salus', 'ace', 'spec')],
  ...Object.entries(KNOBS).map(([name, knob]) => [name, word(...knob.values)] as const),
]);
