/** The registers that the bench programs by itself: where their fields lie, per XLEN. */

interface Field {
  readonly low: number;
  readonly bits: number;
}

/** MODE, tag (SDID, ASID or VMID) and root PPN of a register that selects a table. */
interface RootRegister {
  readonly mode: Field;
  readonly tag: Field;
}

const ROOTS: Readonly<Record<string, Readonly<Record<32 | 64, RootRegister>>>> = {
  mmpt: {
    32: { mode: { low: 30, bits: 2 }, tag: { low: 22, bits: 6 } },
    64: { mode: { low: 60, bits: 4 }, tag: { low: 52, bits: 6 } },
  },
  mttp: {
    32: { mode: { low: 30, bits: 2 }, tag: { low: 24, bits: 6 } },
    64: { mode: { low: 60, bits: 4 }, tag: { low: 54, bits: 6 } },
  },
  satp: {
    32: { mode: { low: 31, bits: 1 }, tag: { low: 22, bits: 9 } },
    64: { mode: { low: 60, bits: 4 }, tag: { low: 44, bits: 16 } },
  },
  hgatp: {
    32: { mode: { low: 31, bits: 1 }, tag: { low: 22, bits: 7 } },
    64: { mode: { low: 60, bits: 4 }, tag: { low: 44, bits: 14 } },
  },
};

/** The value of mmpt, mttp, satp (vsatp too) or hgatp; `root` in bytes, `tag` cut to its field. */
export function packRoot(
  name: 'mmpt' | 'mttp' | 'satp' | 'hgatp',
  xlen: 32 | 64,
  mode: number,
  tag: bigint,
  root: bigint,
): bigint {
  const register = ROOTS[name]?.[xlen];
  if (register === undefined) return 0n;
  const cut = tag & ((1n << BigInt(register.tag.bits)) - 1n);
  return (
    (BigInt(mode) << BigInt(register.mode.low)) | (cut << BigInt(register.tag.low)) | (root >> 12n)
  );
}

/** Bits of mstatus (at XLEN 32 the upper half is mstatush). */
export const MSTATUS = {
  MPP: 3n << 11n,
  MPP_S: 1n << 11n,
  MPRV: 1n << 17n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
  SBE: 1n << 36n,
  MBE: 1n << 37n,
  MPV: 1n << 39n,
} as const;

/** Bits of hstatus. */
export const HSTATUS = { VSBE: 1n << 5n, SPVP: 1n << 8n, HU: 1n << 9n } as const;

/** Bits of menvcfg and henvcfg; CBO enables for every lower mode. */
export const ENVCFG = { CBO: 0xf0n, PBMTE: 1n << 62n, ADUE: 1n << 61n } as const;

export const MSECCFG_MML = 1n;

/** A pmpcfg byte. */
export const PMPCFG = { R: 1n, W: 2n, X: 4n, TOR: 8n, NA4: 16n, NAPOT: 24n, L: 128n } as const;
