/** PMP registers to page ranges with rights: done when a register is written, so that an access compares numbers only. */
import type { PmpDecisions } from './pmp-decisions.ts';
import { lrwx, MML, MMWP } from './smepmp.ts';

/** A verdict packs rights (bits 2:0) and what gave them (bits 5:3). */
export const RIGHTS = 7;
export const BY_DEFAULT = 0 << 3;
/** M-mode passes an unlocked entry. */
export const BY_UNLOCKED = 1 << 3;
export const BY_ENTRY = 2 << 3;
/** MML: an entry of S and U only. */
export const BY_BELOW_ONLY = 3 << 3;
/** MML: a locked entry. */
export const BY_LOCKED = 4 << 3;

/** One active entry: bytes from (firstPage, firstOffset) up to, but not including, (endPage, endOffset). */
export interface PmpRange {
  readonly index: number;
  readonly firstPage: number;
  readonly firstOffset: number;
  readonly endPage: number;
  readonly endOffset: number;
  /** Verdict for M-mode, and for S and U. */
  readonly machine: number;
  readonly below: number;
}

export interface PmpProgram {
  /** By priority. */
  readonly ranges: readonly PmpRange[];
  readonly machineDefault: number;
  readonly belowDefault: number;
}

/** The registers as written. */
export interface PmpRegisters {
  /** Implemented entries. */
  readonly entries: number;
  readonly xlen: 32 | 64;
  readonly config: Uint8Array;
  /** pmpaddr: bits 33:2 or 55:2 of an address. */
  readonly address: BigUint64Array;
  readonly mseccfg: number;
}

const L = 0x80;

/** First byte and end of an entry's range, or null when it matches nothing. */
function extent(
  registers: PmpRegisters,
  index: number,
  decide: PmpDecisions,
): readonly [bigint, bigint] | null {
  const a = (registers.config[index] >> 3) & 3;
  const address = registers.address[index];
  if (decide.isTor(a)) {
    const base = decide.torBase(index === 0 ? 0n : registers.address[index - 1]);
    return base < address ? [base << 2n, address << 2n] : null;
  }
  // NAPOT: the low ones of the address, and the zero above them, give the size; 0 ones: 8 bytes.
  if (decide.isNapot(a)) {
    const ones = address & ~(address + 1n);
    const base = address & ~(ones * 2n + 1n);
    return [base << 2n, (base + ones * 2n + 2n) << 2n];
  }
  return decide.isNa4(a) ? [address << 2n, (address + 1n) << 2n] : null;
}

function verdicts(
  config: number,
  mseccfg: number,
  decide: PmpDecisions,
): { readonly machine: number; readonly below: number } {
  const locked = (config & L) !== 0;
  if ((mseccfg & MML) !== 0) {
    const index = lrwx(config);
    const by = locked ? BY_LOCKED : BY_BELOW_ONLY;
    return {
      machine: decide.lockdown(index, true) | by,
      below: decide.lockdown(index, false) | by,
    };
  }
  const enforced = (config & RIGHTS) | BY_ENTRY;
  return {
    machine: decide.bindsMachine(locked) ? enforced : RIGHTS | BY_UNLOCKED,
    below: enforced,
  };
}

/** The ranges of all active entries in the order in which they are tried. */
export function compilePmp(registers: PmpRegisters, decide: PmpDecisions): PmpProgram {
  const { entries, config, mseccfg, xlen } = registers;
  const limit = xlen === 64 ? 1n << 56n : 1n << 34n;
  const ranges: PmpRange[] = [];
  for (let index = 0; index < entries; index++) {
    const bounds = extent(registers, index, decide);
    if (bounds === null) continue;
    const [first] = bounds;
    const end = bounds[1] < limit ? bounds[1] : limit;
    if (first >= end) continue;
    ranges.push({
      index,
      firstPage: Number(first >> 12n),
      firstOffset: Number(first & 4095n),
      endPage: Number(end >> 12n),
      endOffset: Number(end & 4095n),
      ...verdicts(config[index], mseccfg, decide),
    });
  }
  ranges.sort((one, other) => decide.rank(one.index) - decide.rank(other.index));
  return {
    ranges,
    machineDefault: decide.machineDefault((mseccfg & MML) !== 0, (mseccfg & MMWP) !== 0),
    belowDefault: decide.belowDefault(entries),
  };
}
