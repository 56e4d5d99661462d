/** satp, vsatp, hgatp, mmpt, mttp, msdcfg, and PMP. */
import { always, hypervisor, masked, merge, zero } from './csr-shape.ts';
import type { Csr, CsrList } from './csr-shape.ts';
import type { HartCore } from './hart-core.ts';
import { bit, bits } from './state.ts';

const ones = (n: number) => (1n << BigInt(n)) - 1n;
const MODES: readonly (readonly [bigint, string])[] = [
  [8n, 'Sv39'],
  [9n, 'Sv48'],
  [10n, 'Sv57'],
];

function supports(h: HartCore, mode: bigint): boolean {
  if (mode === 0n) return true;
  if (h.xlen === 32) return h.has('Sv32');
  return MODES.some(([number, name]) => number === mode && h.has(name));
}

const modeOf = (h: HartCore, value: bigint) =>
  h.xlen === 64 ? bits(value, 63, 60) : bits(value, 31, 31);

/** satp and vsatp: an unsupported MODE leaves the register alone. */
function root(name: 'satp' | 'vsatp', exists: Csr['exists']): Csr {
  return {
    read: (h) => h.c[name],
    write: (h, value) => {
      if (!supports(h, modeOf(h, value))) return;
      const asid = ones(h.platform.asidlen);
      h.c[name] =
        h.xlen === 64
          ? value & ((15n << 60n) | (asid << 44n) | ones(44))
          : value & ((1n << 31n) | (asid << 22n) | ones(22));
      h.stale();
    },
    exists,
  };
}

/** Each field on its own; the root is aligned to 16 KiB. */
const hgatp: Csr = {
  read: (h) => h.c.hgatp,
  write: (h, value) => {
    const vmid = ones(h.platform.vmidlen);
    const [mode, rest] =
      h.xlen === 64
        ? [15n << 60n, (vmid << 44n) | (ones(44) & ~3n)]
        : [1n << 31n, (vmid << 22n) | (ones(22) & ~3n)];
    const mask = supports(h, modeOf(h, value)) ? mode | rest : rest;
    h.c.hgatp = merge(h.c.hgatp, value, mask);
    h.stale();
  },
  exists: hypervisor,
};

const MPT_MODES: Readonly<Record<number, readonly string[]>> = {
  32: ['Smmpt34'],
  64: ['Smmpt43', 'Smmpt52', 'Smmpt64'],
};
const MTT_MODES: Readonly<Record<number, readonly string[]>> = {
  32: ['Smmtt34'],
  64: ['Smmtt46', 'Smmtt56'],
};

function domainMode(h: HartCore, wanted: bigint, names: readonly string[]): bigint {
  if (wanted === 0n) return 0n;
  const name = names[Number(wanted) - 1];
  if (name !== undefined && h.has(name)) return wanted;
  if (h.platform.knobs['illegal_mode'] === 'bare') return 0n;
  return h.xlen === 64 ? bits(h.c.domain, 63, 60) : bits(h.c.domain, 31, 30);
}

const sdid = (h: HartCore) => ones(h.platform.sdidlen);

const mmpt: Csr = {
  read: (h) => h.c.domain,
  write: (h, value) => {
    const wide = h.xlen === 64;
    const mode = domainMode(
      h,
      wide ? bits(value, 63, 60) : bits(value, 31, 30),
      MPT_MODES[h.xlen] ?? [],
    );
    let ppn = value & ones(wide ? 44 : 22);
    // The root table of Smmpt64 is 32 KiB.
    if (wide && mode === 3n) ppn &= ~7n;
    if (mode === 0n && h.platform.knobs['bare_mmpt_ppn'] === 'zero') ppn = 0n;
    const domain = wide ? ((value >> 52n) & sdid(h)) << 52n : ((value >> 22n) & sdid(h)) << 22n;
    h.c.domain = (mode << (wide ? 60n : 30n)) | domain | ppn;
    h.stale();
  },
  exists: (h) => h.has('Smsd') && h.platform.revision === 'smmpt',
};

const mttp: Csr = {
  read: (h) => h.c.domain,
  write: (h, value) => {
    const wide = h.xlen === 64;
    const mode = domainMode(
      h,
      wide ? bits(value, 63, 60) : bits(value, 31, 30),
      MTT_MODES[h.xlen] ?? [],
    );
    let ppn = value & ones(wide ? 44 : 22);
    if (mode !== 0n) ppn &= ~3n;
    const domain = wide ? ((value >> 54n) & sdid(h)) << 54n : ((value >> 24n) & sdid(h)) << 24n;
    h.c.domain = (mode << (wide ? 60n : 30n)) | domain | ppn;
    h.stale();
  },
  exists: (h) => h.has('Smsd') && h.platform.revision !== 'smmpt',
};

/** Whether a rule could not be added under MML: it would let M-mode execute. */
function wouldExecute(config: number): boolean {
  const [locked, r, w, x] = [config & 0x80, config & 1, config & 2, config & 4];
  if (locked === 0) return false;
  return (x !== 0 && (r === 0 || w === 0)) || (x === 0 && r === 0 && w !== 0);
}

function writeConfig(h: HartCore, k: number, byte: number): void {
  if (k >= h.platform.pmpEntries) return;
  const old = h.c.pmpcfg[k] ?? 0;
  const mml = bit(h.c.mseccfg, 0);
  const rlb = bit(h.c.mseccfg, 2);
  if ((old & 0x80) !== 0 && !rlb) return;
  let config = byte & 0x9f;
  if (mml && !rlb && wouldExecute(config)) return;
  // R=0 W=1 is reserved without MML.
  if (!mml && (config & 3) === 2) config &= ~2;
  const list = [...h.c.pmpcfg];
  list[k] = config;
  h.c.pmpcfg = list;
  h.c.pmpaddr = [...h.c.pmpaddr];
}

function config(n: number): Csr {
  const first = (h: HartCore) => (h.xlen === 64 ? (n / 2) * 8 : n * 4);
  const entries = (h: HartCore) => [...Array(h.xlen / 8).keys()];
  return {
    read: (h) =>
      entries(h).reduce(
        (sum, k) => sum | (BigInt(h.c.pmpcfg[first(h) + k] ?? 0) << BigInt(8 * k)),
        0n,
      ),
    write: (h, value) => {
      for (const k of entries(h)) {
        writeConfig(h, first(h) + k, Number((value >> BigInt(8 * k)) & 0xffn));
      }
      h.stale();
    },
    exists: (h) => (h.xlen === 32 || n % 2 === 0) && h.has('pmp'),
  };
}

function address(k: number): Csr {
  return {
    read: (h) => h.c.pmpaddr[k] ?? 0n,
    write: (h, value) => {
      // Entries that are not implemented read zero.
      if (k >= h.platform.pmpEntries) return;
      const locked = (n: number) => ((h.c.pmpcfg[n] ?? 0) & 0x80) !== 0;
      const top = ((h.c.pmpcfg[k + 1] ?? 0) & 0x18) === 8;
      if (!bit(h.c.mseccfg, 2) && (locked(k) || (locked(k + 1) && top))) return;
      const list = [...h.c.pmpaddr];
      list[k] = value & ones(h.xlen === 64 ? 54 : 32);
      h.c.pmpaddr = list;
      h.stale();
    },
    exists: (h) => h.has('pmp'),
  };
}

/** MML and MMWP stay set; RLB stays clear once it is clear and an entry is locked. */
const mseccfg: Csr = {
  read: (h) => BigInt.asUintN(h.xlen, h.c.mseccfg),
  write: (h, value) => {
    const sticky = (h.c.mseccfg | value) & 3n;
    const closed = !bit(h.c.mseccfg, 2) && h.c.pmpcfg.some((config) => (config & 0x80) !== 0);
    h.c.mseccfg = sticky | (closed ? 0n : value & 4n);
    h.stale();
  },
  exists: (h) => h.has('Smepmp') && h.has('pmp'),
};

/** SIDN with interrupts per domain; SSRM, SSMM, SRL and SML with QoS identifiers per domain. */
const domainFields = (h: HartCore) =>
  (h.has('Smsdia') ? 0x3fn : 0n) | (h.has('Smsdqosid') ? 0xffc0_0000n : 0n);

export const TABLES: CsrList = [
  [0x180, root('satp', always)],
  [0x280, root('vsatp', hypervisor)],
  [0x680, hgatp],
  [0x382, mmpt],
  [0xbc0, mttp],
  [0x74e, masked('msdcfg', domainFields, mmpt.exists)],
  [0x747, mseccfg],
  [0x757, { ...zero, exists: (h) => h.xlen === 32 && mseccfg.exists(h) }],
  ...[...Array(16).keys()].map((n) => [0x3a0 + n, config(n)] as const),
  ...[...Array(64).keys()].map((k) => [0x3b0 + k, address(k)] as const),
];
