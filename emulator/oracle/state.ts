/** What the oracle knows of a hart and its platform: raw register values, as the manual draws them. */

export interface Extent {
  readonly base: bigint;
  readonly size: bigint;
}

export interface OracleState {
  readonly xlen: 32 | 64;
  readonly features: ReadonlySet<string>;
  readonly knobs: Readonly<Record<string, string>>;
  /** `smmpt`, or a revision of the MTT era. */
  readonly revision: 'smmpt' | 'mtt_0_1' | 'mtt_0_1_1';
  readonly ram: readonly Extent[];
  readonly io: readonly Extent[];
  /** mmpt or mttp. */
  readonly domain: bigint;
  /** 64-bit views; at XLEN 32 the upper half is mstatush, menvcfgh, henvcfgh. */
  readonly mstatus: bigint;
  readonly menvcfg: bigint;
  readonly henvcfg: bigint;
  readonly senvcfg: bigint;
  readonly mseccfg: bigint;
  readonly vsstatus: bigint;
  readonly hstatus: bigint;
  readonly satp: bigint;
  readonly vsatp: bigint;
  readonly hgatp: bigint;
  /** One configuration byte and one pmpaddr per implemented entry. */
  readonly pmpcfg: readonly number[];
  readonly pmpaddr: readonly bigint[];
}

export type Mode = 'M' | 'S' | 'U' | 'VS' | 'VU';

/** One reference to memory, in the order in which the hart makes them. */
export interface Reference {
  readonly kind: 's' | 'vs' | 'g' | 'mpt' | 'ad' | 'data';
  readonly at: bigint;
}

export function bits(value: bigint, high: number, low: number): bigint {
  return (value >> BigInt(low)) & ((1n << BigInt(high - low + 1)) - 1n);
}

export function bit(value: bigint, n: number): boolean {
  return ((value >> BigInt(n)) & 1n) === 1n;
}
