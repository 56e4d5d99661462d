/** The CSRs of supervisor domains: mmpt and msdcfg (Smsd), mttp (MTT era). */
import type { MptGeometry } from '../isolate/mpt-geometry.ts';
import { MPT_GEOMETRIES } from '../isolate/mpt-geometry.ts';
import type { MttGeometry } from '../isolate/mtt-geometry.ts';
import { MTT_GEOMETRIES } from '../isolate/mtt-geometry.ts';
import type { Feature, Platform } from '../platform.ts';
import { REVISIONS } from '../revision.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, hasFeature } from './csr-row.ts';

/** Lowest bit and mask of a field. */
interface Field {
  readonly at: bigint;
  readonly mask: bigint;
}
interface Layout {
  readonly mode: Field;
  readonly sdid: Field;
  readonly ppn: Field;
  /** Bits that belong to a field; the others are NZR or WPRI. */
  readonly all: bigint;
}

function layout(mode: readonly [bigint, bigint], sdid: bigint, ppn: bigint): Layout {
  const fields = {
    mode: { at: mode[0], mask: (1n << mode[1]) - 1n },
    sdid: { at: sdid, mask: 63n },
    ppn: { at: 0n, mask: (1n << ppn) - 1n },
  };
  const all = Object.values(fields).reduce((sum, field) => sum | (field.mask << field.at), 0n);
  return { ...fields, all };
}

/**
 * RV64  63..60 MODE | 59..58 NZR | 57..52 SDID | 51..44 NZR | 43..0 PPN    (mttp: SDID 59..54)
 * RV32  31..30 MODE | 29..28 NZR | 27..22 SDID | 21..0 PPN                 (mttp: SDID 29..24)
 */
const LAYOUTS = {
  mmpt: { 64: layout([60n, 4n], 52n, 44n), 32: layout([30n, 2n], 22n, 22n) },
  mttp: { 64: layout([60n, 4n], 54n, 44n), 32: layout([30n, 2n], 24n, 22n) },
} as const;

const get = (value: bigint, { at, mask }: Field) => (value >> at) & mask;

interface ModeRow {
  readonly geometry: MptGeometry | MttGeometry;
  readonly isolation: 'smmpt' | 'smmtt';
  readonly feature: Feature;
}
const feature = (name: string) => `S${name.slice(1)}` as Feature;
const MODE_ROWS: readonly ModeRow[] = [
  ...Object.values(MPT_GEOMETRIES).map((geometry): ModeRow => ({
    geometry,
    isolation: 'smmpt',
    feature: feature(geometry.name),
  })),
  ...Object.values(MTT_GEOMETRIES).map((geometry): ModeRow => ({
    geometry,
    isolation: 'smmtt',
    feature: feature(geometry.name),
  })),
];

export interface DomainFields {
  readonly mode: number;
  readonly sdid: number;
  /** Page number of the root table. */
  readonly root: number;
}

/** The fields of mmpt or mttp, whichever the revision has, from the two words of its value. */
export function domainFields(low: number, high: number, platform: Platform): DomainFields {
  const legacy = REVISIONS[platform.revision].csr === 'mttp';
  if (platform.xlen === 32) {
    const sdid = (low >>> (legacy ? 24 : 22)) & 63;
    return { mode: low >>> 30, sdid, root: low & 0x3f_ffff };
  }
  const sdid = (high >>> (legacy ? 22 : 20)) & 63;
  return { mode: high >>> 28, sdid, root: (high & 0xfff) * 2 ** 32 + (low >>> 0) };
}

/** The geometry of a MODE, or null: Bare, reserved, custom, or not implemented by this machine. */
export function domainGeometry(mode: number, platform: Platform): MptGeometry | MttGeometry | null {
  const { isolation } = REVISIONS[platform.revision];
  for (const row of MODE_ROWS) {
    if (row.geometry.mode !== mode || row.geometry.xlen !== platform.xlen) continue;
    if (row.isolation === isolation && platform.features.has(row.feature)) return row.geometry;
  }
  return null;
}

/** Every field legalises on its own: an unsupported MODE does not cancel the write (unlike satp). */
function legaliseDomain(state: CsrState, old: bigint, wanted: bigint): bigint {
  const { platform, decide, fired } = state;
  const name = REVISIONS[platform.revision].csr;
  const fields = LAYOUTS[name][platform.xlen];
  const asked = get(wanted, fields.mode);
  const implemented = asked === 0n || domainGeometry(Number(asked), platform) !== null;
  const supported = decide.isLegalMode(implemented);
  if (!supported && decide.ignoresWholeMmpt()) return old;
  const kept = platform.knobs.illegal_mode === 'bare' ? 0n : get(old, fields.mode);
  const mode = supported ? asked : kept;
  const sdid = decide.sdid(get(wanted, fields.sdid), platform.sdidlen, mode === 0n);
  const ppn = legalRoot(state, mode, get(wanted, fields.ppn));
  const next = (mode << fields.mode.at) | (sdid << fields.sdid.at) | ppn;

  const reserved = wanted & ~fields.all;
  MARKS[name](fired, {
    xlen: platform.xlen,
    supported,
    mode,
    reserved: reserved !== 0n,
    sdid: get(wanted, fields.sdid),
    sdidlen: platform.sdidlen,
    ppn: get(wanted, fields.ppn),
    sameSdid: sdid === get(old, fields.sdid),
    modeChanged: mode !== get(old, fields.mode),
    ppnChanged: ppn !== get(old, fields.ppn),
  });
  const changes = decide.changesDomain(
    mode !== get(old, fields.mode),
    sdid !== get(old, fields.sdid),
    ppn !== get(old, fields.ppn),
  );
  if (changes) state.domainChanged();
  return decide.packed(decide.storesNzr() ? next | reserved : next);
}

function legalRoot({ platform, decide }: CsrState, mode: bigint, ppn: bigint): bigint {
  const { isolation, rootLowBitsZero } = REVISIONS[platform.revision];
  if (mode === 0n) return platform.knobs.bare_mmpt_ppn === 'zero' ? 0n : ppn;
  if (rootLowBitsZero) return decide.mttRoot(ppn);
  const wide = MPT_GEOMETRIES.smmpt64;
  const isWide = isolation === 'smmpt' && platform.xlen === 64 && mode === BigInt(wide.mode);
  return decide.alignsRoot(isWide) ? decide.smmpt64Root(ppn) : ppn;
}

/** What a write was about, for the marks. */
interface Write {
  readonly xlen: 32 | 64;
  readonly supported: boolean;
  readonly mode: bigint;
  readonly reserved: boolean;
  readonly sdid: bigint;
  readonly sdidlen: number;
  readonly ppn: bigint;
  readonly sameSdid: boolean;
  readonly modeChanged: boolean;
  readonly ppnChanged: boolean;
}

const mark = (fired: Fired, rule: number, when: boolean) => {
  if (when) fired[rule] = 1;
};

const MARKS = {
  mmpt(fired: Fired, write: Write): void {
    const { xlen, supported, mode, sdid, sdidlen, ppn, sameSdid } = write;
    const bare = mode === 0n;
    const tooWide = sdid >> BigInt(sdidlen) !== 0n;
    mark(fired, R.SMSD_CSR_05, xlen === 64 && supported && !bare);
    mark(fired, R.SMSD_CSR_06, xlen === 32 && supported && !bare);
    mark(fired, R.SMSD_CSR_07, write.reserved);
    mark(fired, R.SMSD_CSR_08, !supported);
    mark(fired, R.SMSD_CSR_09, true);
    mark(fired, R.SMSD_CSR_10, sdid !== 0n);
    mark(fired, R.SMSD_CSR_11, sdidlen === 0 && tooWide);
    const lowBits = (ppn & 7n) !== 0n;
    mark(fired, R.SMSD_CSR_12, xlen === 64 && mode === 3n && lowBits);
    mark(fired, R.SMSD_CSR_13, !bare && !(xlen === 64 && mode === 3n) && lowBits);
    mark(fired, R.SMSD_CSR_14, bare && ppn !== 0n);
    mark(fired, R.SMSD_CSR_15, bare && sdid !== 0n);
    mark(fired, R.SMSD_CSR_16, sameSdid);
    mark(fired, R.SMSD_CSR_17, !bare);
    const changed = [write.modeChanged, !sameSdid, write.ppnChanged].filter(Boolean).length;
    mark(fired, R.SMSD_CSR_19, changed === 1);
    mark(fired, R.SMSD_SDID_08, sdidlen === 0);
    mark(fired, R.SMSD_SDID_09, sdidlen > 0 && tooWide);
    mark(fired, R.SMSD_FENCE_25, sameSdid && write.ppnChanged);
    mark(fired, R.SMSD_FENCE_26, sameSdid && write.modeChanged);
  },
  mttp(fired: Fired, write: Write): void {
    const { xlen, supported, mode, sdid, ppn } = write;
    const bare = mode === 0n;
    mark(fired, R.SMMTT_CSR_02, xlen === 64 && supported && !bare);
    mark(fired, R.SMMTT_CSR_03, xlen === 32 && supported && !bare);
    mark(fired, R.SMMTT_CSR_04, write.reserved);
    mark(fired, R.SMMTT_CSR_05, xlen === 64);
    mark(fired, R.SMMTT_CSR_06, xlen === 32);
    mark(fired, R.SMMTT_CSR_07, !bare && (ppn & 3n) !== 0n);
    mark(fired, R.SMMTT_CSR_08, bare && (sdid !== 0n || ppn !== 0n));
    mark(fired, R.SMMTT_CSR_09, sdid !== 0n);
  },
} as const;

/** SIDN 5..0 | NZR 21..6 | SSRM 22 | SSMM 23 | SRL 27..24 | SML 31..28 */
const SMSDIA_FIELDS = 0x3fn;
const SMSDQOSID_FIELDS = 0xffc0_0000n;
const NZR_FIELD = 0x3f_ffc0n;

function legaliseMsdcfg({ platform, decide, fired }: CsrState, _: bigint, wanted: bigint): bigint {
  const has = (feature: 'Smsdia' | 'Smsdqosid') => platform.features.has(feature);
  const mask = (has('Smsdia') ? SMSDIA_FIELDS : 0n) | (has('Smsdqosid') ? SMSDQOSID_FIELDS : 0n);
  mark(fired, R.SMSD_CSR_20, mask === 0n && wanted !== 0n);
  mark(fired, R.SMSD_CSR_21, (wanted & NZR_FIELD) !== 0n);
  mark(fired, R.SMSD_CSR_22, wanted >> 32n !== 0n);
  mark(fired, R.SMSD_CSR_23, has('Smsdia'));
  return decide.storesUnimplementedMsdcfg() ? wanted : wanted & mask;
}

const withDomains = hasFeature('Smsd');
const hasCsr = (name: 'mmpt' | 'mttp') => (platform: Platform) =>
  withDomains(platform) && REVISIONS[platform.revision].csr === name;

export const ISOLATION_CSRS: readonly CsrRow[] = [
  csr('mmpt', 0x382, { exists: hasCsr('mmpt'), affectsAccess: true, legalise: legaliseDomain }),
  csr('msdcfg', 0x74e, { exists: hasCsr('mmpt'), legalise: legaliseMsdcfg }),
  // No revision of the MTT era assigns a number: this one lies in the custom machine-level space.
  csr('mttp', 0xbc0, { exists: hasCsr('mttp'), affectsAccess: true, legalise: legaliseDomain }),
];
