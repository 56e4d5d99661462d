/** The CSRs of supervisor domains: mmpt and msdcfg (Smsd), mttp (MTT era). */
import type { MptGeometry } from '../isolate/mpt-geometry.ts';
import { MPT_GEOMETRIES } from '../isolate/mpt-geometry.ts';
import type { MttGeometry } from '../isolate/mtt-geometry.ts';
import { MTT_GEOMETRIES } from '../isolate/mtt-geometry.ts';
import type { Platform } from '../platform.ts';
import { REVISIONS } from '../revision.ts';
import type { Fired } from '../rules/fired.ts';
import { R } from '../rules/fired.ts';
import type { CsrRow, CsrState } from './csr-row.ts';
import { csr, hasFeature } from './csr-row.ts';

/** Lowest bit and number of bits. */
interface Field {
  readonly at: bigint;
  readonly bits: number;
}
interface Layout {
  readonly mode: Field;
  readonly sdid: Field;
  readonly ppn: Field;
}
const layout = (mode: [bigint, number], sdid: bigint, ppn: number): Layout => ({
  mode: { at: mode[0], bits: mode[1] },
  sdid: { at: sdid, bits: 6 },
  ppn: { at: 0n, bits: ppn },
});

/**
 * RV64  63..60 MODE | 59..58 NZR | 57..52 SDID | 51..44 NZR | 43..0 PPN    (mttp: SDID 59..54)
 * RV32  31..30 MODE | 29..28 NZR | 27..22 SDID | 21..0 PPN                 (mttp: SDID 29..24)
 */
const LAYOUTS = {
  mmpt: { 64: layout([60n, 4], 52n, 44), 32: layout([30n, 2], 22n, 22) },
  mttp: { 64: layout([60n, 4], 54n, 44), 32: layout([30n, 2], 24n, 22) },
} as const;

const GEOMETRIES: readonly (MptGeometry | MttGeometry)[] = [
  ...Object.values(MPT_GEOMETRIES),
  ...Object.values(MTT_GEOMETRIES),
];

const maskOf = (field: Field) => (1n << BigInt(field.bits)) - 1n;
const get = (value: bigint, field: Field) => (value >> field.at) & maskOf(field);

export interface DomainFields {
  readonly mode: number;
  readonly sdid: number;
  /** Page number of the root table. */
  readonly root: number;
}

/** The fields of a value of mmpt or mttp, whichever the revision has. */
export function domainFields(value: bigint, platform: Platform): DomainFields {
  const { mode, sdid, ppn } = LAYOUTS[REVISIONS[platform.revision].csr][platform.xlen];
  return {
    mode: Number(get(value, mode)),
    sdid: Number(get(value, sdid)),
    root: Number(get(value, ppn)),
  };
}

/** The geometry of a MODE, or null: Bare, reserved, custom, or not implemented by this machine. */
export function domainGeometry(
  mode: number,
  { xlen, revision, features }: Platform,
): MptGeometry | MttGeometry | null {
  const { modes } = REVISIONS[revision];
  const found = GEOMETRIES.find(
    (row) =>
      row.mode === mode &&
      row.xlen === xlen &&
      (modes as readonly string[]).includes(row.name) &&
      features.has(`Sm${row.name.slice(2)}` as 'Smmpt43'),
  );
  return found ?? null;
}

/** Every field legalises on its own: an unsupported MODE does not cancel the write (unlike satp). */
function legaliseDomain(state: CsrState, old: bigint, wanted: bigint): bigint {
  const { platform, decide, fired } = state;
  const name = REVISIONS[platform.revision].csr;
  const fields = LAYOUTS[name][platform.xlen];
  const asked = get(wanted, fields.mode);
  const supported = asked === 0n || domainGeometry(Number(asked), platform) !== null;
  if (!supported && decide.ignoresWholeMmpt()) return old;
  const kept = platform.knobs.illegal_mode === 'bare' ? 0n : get(old, fields.mode);
  const mode = supported ? asked : kept;
  const sdid = decide.sdid(get(wanted, fields.sdid), platform.sdidlen);
  const ppn = legalRoot(state, mode, get(wanted, fields.ppn));
  const next = (mode << fields.mode.at) | (sdid << fields.sdid.at) | ppn;

  const all =
    (maskOf(fields.mode) << fields.mode.at) |
    (maskOf(fields.sdid) << fields.sdid.at) |
    maskOf(fields.ppn);
  const reserved = wanted & ~all;
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
  return decide.storesNzr() ? next | reserved : next;
}

function legalRoot({ platform, decide }: CsrState, mode: bigint, ppn: bigint): bigint {
  const { isolation, rootLowBitsZero } = REVISIONS[platform.revision];
  if (mode === 0n) return platform.knobs.bare_mmpt_ppn === 'zero' ? 0n : ppn;
  if (rootLowBitsZero) return decide.mttRoot(ppn);
  const wideRoot = isolation === 'smmpt' && domainGeometry(Number(mode), platform)?.rootSize;
  return wideRoot === MPT_GEOMETRIES.smmpt64.rootSize ? decide.smmpt64Root(ppn) : ppn;
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

function legaliseMsdcfg({ platform, decide, fired }: CsrState, _: bigint, wanted: bigint): bigint {
  const has = (feature: 'Smsdia' | 'Smsdqosid') =>
    platform.features.has(feature) || decide.storesUnimplementedMsdcfg();
  const mask = (has('Smsdia') ? SMSDIA_FIELDS : 0n) | (has('Smsdqosid') ? SMSDQOSID_FIELDS : 0n);
  mark(fired, R.SMSD_CSR_20, mask === 0n && wanted !== 0n);
  mark(fired, R.SMSD_CSR_21, mask === (SMSDIA_FIELDS | SMSDQOSID_FIELDS));
  mark(fired, R.SMSD_CSR_22, wanted >> 32n !== 0n);
  mark(fired, R.SMSD_CSR_23, has('Smsdia'));
  return wanted & mask;
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
