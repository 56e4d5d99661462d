/** The registers that the bench programs by itself, laid out as the emulator's formats say. */
import { formatOf } from '../../emulator/index.ts';

type RootName = 'mmpt' | 'mttp' | 'satp' | 'hgatp';

/** A register that selects a table: where its MODE and its tag (SDID, ASID, VMID) stand. */
interface RootRegister {
  readonly mode: bigint;
  readonly tag: bigint;
  readonly tagMask: bigint;
}

const TAGS: Readonly<Record<RootName, string>> = {
  mmpt: 'sdid',
  mttp: 'sdid',
  satp: 'asid',
  hgatp: 'vmid',
};

const ROOTS: ReadonlyMap<string, RootRegister> = new Map(
  (Object.keys(TAGS) as RootName[]).flatMap((name) =>
    ([32, 64] as const).map((xlen) => {
      const [, mode] = place(name, 'mode', xlen);
      const [high, low] = place(name, TAGS[name], xlen);
      const tagMask = (1n << BigInt(high - low + 1)) - 1n;
      return [name + String(xlen), { mode: BigInt(mode), tag: BigInt(low), tagMask }] as const;
    }),
  ),
);

/** The value of mmpt, mttp, satp (vsatp too) or hgatp; `root` in bytes, `tag` cut to its field. */
export function packRoot(
  name: RootName,
  xlen: 32 | 64,
  mode: number,
  tag: bigint,
  root: bigint,
): bigint {
  const register = ROOTS.get(name + String(xlen));
  if (register === undefined) throw new Error(`no layout of ${name}`);
  const cut = tag & register.tagMask;
  return (BigInt(mode) << register.mode) | (cut << register.tag) | (root >> 12n);
}

/** The SDID, ASID or VMID that a root register holds. */
export function rootTag(name: RootName, xlen: 32 | 64, value: bigint): number {
  const register = ROOTS.get(name + String(xlen));
  return register === undefined ? 0 : Number((value >> register.tag) & register.tagMask);
}

/** Bits of mstatus; at XLEN 32 those from bit 32 on stand in mstatush. */
export const MSTATUS = {
  MPP: mask('mstatus', 'mpp'),
  /** MPP = S. */
  MPP_S: lowest('mstatus', 'mpp'),
  MPRV: mask('mstatus', 'mprv'),
  SUM: mask('mstatus', 'sum'),
  MXR: mask('mstatus', 'mxr'),
  SBE: mask('mstatus', 'sbe'),
  MBE: mask('mstatus', 'mbe'),
  MPV: mask('mstatus', 'mpv'),
} as const;

export const HSTATUS = {
  VSBE: mask('hstatus', 'vsbe'),
  SPVP: mask('hstatus', 'spvp'),
  HU: mask('hstatus', 'hu'),
} as const;

/** Bits of menvcfg and henvcfg; CBO: cache-block instructions for every lower mode, CBO.INVAL as a flush. */
export const ENVCFG = {
  CBO: lowest('menvcfg', 'cbie') | mask('menvcfg', 'cbcfe') | mask('menvcfg', 'cbze'),
  PBMTE: mask('menvcfg', 'pbmte'),
  ADUE: mask('menvcfg', 'adue'),
} as const;

export const MSECCFG_MML = mask('mseccfg', 'mml');

/** A pmpcfg byte. */
export const PMPCFG = { R: 1n, W: 2n, X: 4n, TOR: 8n, NA4: 16n, NAPOT: 24n, L: 128n } as const;

function place(name: string, field: string, xlen: 32 | 64): readonly [number, number] {
  const found = formatOf(name, xlen)?.fields[field];
  if (found === undefined) throw new Error(`no field ${name}.${field} at XLEN ${xlen}`);
  return found;
}

function mask(name: string, field: string): bigint {
  const [high, low] = place(name, field, 64);
  return ((1n << BigInt(high - low + 1)) - 1n) << BigInt(low);
}

function lowest(name: string, field: string): bigint {
  return 1n << BigInt(place(name, field, 64)[1]);
}
