/** What may stand on a `machine` line, and in which shape. */
import {
  ACCELERATIONS,
  CACHING,
  KNOBS,
  MPT_GEOMETRIES,
  MTT_GEOMETRIES,
  NACL_FEATURES,
  REVISIONS,
  STAGE_GEOMETRIES,
} from '../../emulator/index.ts';
import type { PropertyShape } from '../../dsl/index.ts';

/** Who runs where. */
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
  // Of firmware.
  ['tsm', word('loaded', 'ready')],
  ['profile', word('spec', 'salus')],
  ['gstage', word(...Object.keys(STAGE_GEOMETRIES).filter((name) => name.endsWith('x4')))],
  ['schedule', number(0n, 0xffff_ffffn)],
  ['max_vcpus', number(1n, 64n)],
  ['shadow_pages', number(1n, 4096n)],
  ['nacl', { kind: 'words', values: Object.keys(NACL_FEATURES) }],
  ['accel', { kind: 'words', values: ACCELERATIONS }],
  // What later machinery reads: parsed and checked, skipped when it would matter.
  ['iompt', word('enabled', 'bare')],
  ['iommu', word('enabled', 'bare', 'off')],
  ['sids', number(1n, 64n)],
  ['geilen', number(0n, 63n)],
  ...Object.entries(KNOBS).map(([name, knob]) => [name, word(...knob.values)] as const),
]);
