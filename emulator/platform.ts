/** What a machine is asked to be: one typed record, read at reset, never per access. */
import type { Knobs } from './knobs.ts';
import type { RevisionName } from './revision.ts';

/** Bytes; the size is a multiple of 4 KiB. */
export interface Range {
  readonly base: bigint;
  readonly size: bigint;
}

/** Extensions and options that a machine can be built without. */
export const FEATURES = {
  M: 'multiplication and division',
  A: 'LR, SC and atomic memory operations',
  F: 'single-precision floating point',
  D: 'double-precision floating point (with F)',
  C: 'compressed instructions',
  Zba: 'address generation',
  Zbb: 'basic bit manipulation',
  Zbs: 'single-bit instructions',
  H: 'hypervisor extension',
  Sv32: 'Sv32 and Sv32x4 (RV32)',
  Sv39: 'Sv39 and Sv39x4',
  Sv48: 'Sv48 and Sv48x4',
  Sv57: 'Sv57 and Sv57x4',
  Svnapot: '64 KiB NAPOT page-table entries',
  Svpbmt: 'page-based memory types',
  Svade: 'page faults for A and D while ADUE=0',
  Svadu: 'hardware update of A and D (menvcfg.ADUE, henvcfg.ADUE)',
  Svinval: 'SINVAL.VMA, HINVAL.*, SFENCE.W.INVAL, SFENCE.INVAL.IR',
  Svvptc: 'a PTE made valid is seen within bounded time',
  pmp: 'physical memory protection',
  Smepmp: 'mseccfg.MML, MMWP, RLB',
  Smsd: 'mmpt, msdcfg and the memory protection tables',
  Smmpt34: 'Smmpt34 (RV32)',
  Smmpt43: 'Smmpt43',
  Smmpt52: 'Smmpt52',
  Smmpt64: 'Smmpt64',
  Smmtt34: 'Smmtt34 (RV32, MTT era)',
  Smmtt46: 'Smmtt46 (MTT era)',
  Smmtt56: 'Smmtt56 (MTT era)',
  misaligned_access: 'misaligned loads and stores in hardware',
  Zacas: 'compare-and-swap (with A)',
  Zawrs: 'WRS.NTO and WRS.STO (with A)',
  Zicond: 'conditional zeroing',
  Zicbom: 'cache-block management',
  Zicboz: 'cache-block zero',
  Zicbop: 'cache-block prefetch',
  Zicfiss: 'shadow stack',
  Zimop: 'may-be operations',
  Zcmop: 'compressed may-be operations (with C)',
  Sstc: 'stimecmp and vstimecmp',
  Smstateen: 'mstateen, hstateen and sstateen',
  Smrnmi: 'resumable non-maskable interrupts',
  Smsdia: 'supervisor-domain interrupts (not modelled yet)',
  Smsdqosid: 'QoS identifiers per domain (not modelled yet)',
} as const;

export type Feature = keyof typeof FEATURES;

export const CACHING = ['none', 'retain', 'random', 'sized'] as const;
/** What a hart keeps of the entries it has read: `architecture.md`, caches. */
export type Caching = (typeof CACHING)[number];

/** Entries of the `sized` policy; LRU. */
export interface CacheSizes {
  readonly tlb: number;
  readonly walk: number;
  readonly mpt: number;
}

/** A device and where it lies. Its pages are I/O memory; HTIF lies in main memory, at two words of the program. */
export type DeviceSpec =
  | { readonly kind: 'clint' | 'uart' | 'finisher'; readonly base: bigint }
  | { readonly kind: 'htif'; readonly tohost: bigint; readonly fromhost: bigint | null };

export interface Platform {
  readonly xlen: 32 | 64;
  readonly harts: number;
  readonly features: ReadonlySet<Feature>;
  /** Main memory: cacheable, every width, atomics. */
  readonly ram: readonly Range[];
  /** I/O regions: no page tables, no atomics, no fetch. What lies in neither is vacant. */
  readonly io: readonly Range[];
  /** `base` answers with the memory of `of`. */
  readonly aliases: readonly (Range & { readonly of: bigint })[];
  /** None if absent. */
  readonly devices?: readonly DeviceSpec[];
  /** Implemented SDID bits, 0..6; ASID bits 0..16 (9 on RV32); VMID bits 0..14 (7 on RV32). */
  readonly sdidlen: number;
  readonly asidlen: number;
  readonly vmidlen: number;
  /** Implemented PMP entries: 0, 16 or 64. */
  readonly pmpEntries: number;
  /** Whether xtval holds the faulting address or zero. */
  readonly tval: 'address' | 'zero';
  readonly revision: RevisionName;
  readonly knobs: Knobs;
  readonly caching: Caching;
  readonly cacheSizes: CacheSizes;
  /** Seed of the pattern in unwritten memory and of `random` eviction. */
  readonly seed: number;
  /** Named faults that replace one decision each. */
  readonly faults: readonly string[];
  /** Bytes of simulated memory that a case may touch. */
  readonly arena: number;
  /** Steps (instructions, trapping ones too) of all harts per tick of `time`; 1 where it is left out. */
  readonly tick?: number;
  /** Hypothetical hardware for nested virtualization: csr-nesting.ts. */
  readonly nesting?: boolean;
  /** Whether executed instructions find pages by ways: changes nothing but the time it takes; `on` if left out. */
  readonly ways?: 'on' | 'off';
}

/** A range as page numbers: `first` up to, but not including, `end`. */
export function pagesOf(range: Range): { readonly first: number; readonly end: number } {
  return { first: Number(range.base >> 12n), end: Number((range.base + range.size) >> 12n) };
}
