/** menvcfg, senvcfg, henvcfg, and the state-enable registers. */
import { ALL, always, hypervisor, merge, rv32, both, zero } from './csr-shape.ts';
import type { Csr, CsrList } from './csr-shape.ts';
import type { HartCore } from './hart-core.ts';

const BIT = (n: number) => 1n << BigInt(n);
const CBIE = 3n << 4n;
const SSE = BIT(3);

/** What all three have: FIOM, SSE, CBIE, CBCFE, CBZE. */
function common(h: HartCore): bigint {
  let mask = 1n;
  if (h.has('Zicfiss')) mask |= SSE;
  if (h.has('Zicbom')) mask |= CBIE | BIT(6);
  if (h.has('Zicboz')) mask |= BIT(7);
  return mask;
}

/** ADUE, PBMTE, STCE. */
function tables(h: HartCore): bigint {
  let mask = 0n;
  if (h.has('Svadu')) mask |= BIT(61);
  if (h.has('Svpbmt')) mask |= BIT(62);
  if (h.has('Sstc')) mask |= BIT(63);
  return mask;
}

/** CBIE=2 is reserved: then the field stays as it was. */
const legal = (value: bigint, mask: bigint) => ((value & CBIE) === BIT(5) ? mask & ~CBIE : mask);

const LOW = 0xffff_ffffn;

/** What menvcfg takes from henvcfg by being zero. */
const gated = (h: HartCore) => ~(tables(h) | SSE) | h.c.menvcfg;

interface Half {
  readonly read: (whole: bigint, h: HartCore) => bigint;
  readonly place: (value: bigint) => bigint;
  readonly reach: bigint;
}

const whole: Half = {
  read: (value, h) => BigInt.asUintN(h.xlen, value),
  place: (value) => value,
  reach: ALL,
};
const top: Half = {
  read: (value) => (value & ALL) >> 32n,
  place: (value) => value << 32n,
  reach: ALL & ~LOW,
};

const reachOf = (half: Half, h: HartCore) => (half === whole && h.xlen === 32 ? LOW : half.reach);

function menvcfg(half: Half, exists: Csr['exists']): Csr {
  return {
    read: (h) => half.read(h.c.menvcfg, h),
    write: (h, value) => {
      const placed = half.place(value);
      const mask = legal(placed, common(h) | tables(h)) & reachOf(half, h);
      h.c.menvcfg = merge(h.c.menvcfg, placed, mask);
      h.stale();
    },
    exists,
  };
}

function henvcfg(half: Half, exists: Csr['exists']): Csr {
  return {
    read: (h) => half.read(h.c.henvcfg & gated(h), h),
    write: (h, value) => {
      const placed = half.place(value);
      const mask = legal(placed, common(h) | tables(h)) & reachOf(half, h) & gated(h);
      h.c.henvcfg = merge(h.c.henvcfg, placed, mask);
      h.stale();
    },
    exists: both(hypervisor, exists),
  };
}

const senvcfg: Csr = {
  read: (h) => h.c.senvcfg & (~SSE | h.c.menvcfg),
  write: (h, value) => {
    const mask = legal(value, common(h)) & (~SSE | h.c.menvcfg);
    h.c.senvcfg = merge(h.c.senvcfg, value, mask);
    h.stale();
  },
  exists: always,
};

/** To a guest SSE is zero while henvcfg does not allow it. */
export const guestSenvcfg: Csr = {
  read: (h) => senvcfg.read(h) & (~SSE | h.c.henvcfg),
  write: (h, value) => {
    const kept = ~h.c.henvcfg & SSE;
    senvcfg.write(h, (value & ~kept) | (h.c.senvcfg & kept));
  },
  exists: always,
};

/** SE0 of every register, ENVCFG of the first; at XLEN 32 also P1P13, which hedelegh needs. */
export function stateBits(h: HartCore, n: number): bigint {
  if (n > 0) return BIT(63);
  return BIT(63) | BIT(62) | (h.xlen === 32 && h.has('H') ? BIT(56) : 0n);
}

function mstateen(n: number, half: Half, exists: Csr['exists']): Csr {
  return {
    read: (h) => half.read(h.c.mstateen[n] ?? 0n, h),
    write: (h, value) => {
      const mask = stateBits(h, n) & reachOf(half, h);
      h.c.mstateen[n] = merge(h.c.mstateen[n] ?? 0n, half.place(value), mask);
    },
    exists,
  };
}

/** A bit that is zero in mstateen reads as zero in hstateen. P1P13 is of no matter to a guest. */
function hstateen(n: number, half: Half, exists: Csr['exists']): Csr {
  const open = (h: HartCore) => stateBits(h, n) & ~BIT(56) & (h.c.mstateen[n] ?? 0n);
  return {
    read: (h) => half.read((h.c.hstateen[n] ?? 0n) & open(h), h),
    write: (h, value) => {
      const mask = open(h) & reachOf(half, h);
      h.c.hstateen[n] = merge(h.c.hstateen[n] ?? 0n, half.place(value), mask);
    },
    exists: both(hypervisor, exists),
  };
}

const enables = (h: HartCore) => h.has('Smstateen');
const upperHalf = both(rv32, enables);

export const ENVIRONMENT: CsrList = [
  [0x30a, menvcfg(whole, always)],
  [0x31a, menvcfg(top, rv32)],
  [0x60a, henvcfg(whole, always)],
  [0x61a, henvcfg(top, rv32)],
  [0x10a, senvcfg],
  ...[0, 1, 2, 3].flatMap((n): CsrList => [
    [0x30c + n, mstateen(n, whole, enables)],
    [0x31c + n, mstateen(n, top, upperHalf)],
    [0x60c + n, hstateen(n, whole, enables)],
    [0x61c + n, hstateen(n, top, upperHalf)],
    [0x10c + n, { ...zero, exists: enables }],
  ]),
];
