/** PMP, byte by byte, with Smepmp; and the physical memory attributes. */
import type { Extent, OracleState } from './state.ts';
import { bit } from './state.ts';

export type Right = 'r' | 'w' | 'x';

/** The bytes that an entry matches, or null when it is off. */
function range(state: OracleState, k: number): Range | null {
  const config = state.pmpcfg[k] ?? 0;
  const address = state.pmpaddr[k] ?? 0n;
  const mode = (config >> 3) & 3;
  if (mode === 0) return null;
  if (mode === 1) {
    return { from: k === 0 ? 0n : (state.pmpaddr[k - 1] ?? 0n) << 2n, to: address << 2n };
  }
  if (mode === 2) return { from: address << 2n, to: (address << 2n) + 4n };
  let ones = 0n;
  while (((address >> ones) & 1n) === 1n) ones++;
  const size = 1n << (ones + 3n);
  const from = (address << 2n) & ~(size - 1n);
  // pmpaddr holds bits 55:2 of an address: what lies above no entry can name.
  const limit = 1n << 56n;
  return { from, to: from + size > limit ? limit : from + size };
}

interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

const RANGES = new WeakMap<readonly bigint[], readonly (Range | null)[]>();

/** The ranges of all entries, worked out once for each setting of the registers: their array is then another one. */
function ranges(state: OracleState): readonly (Range | null)[] {
  let known = RANGES.get(state.pmpaddr);
  if (known === undefined) {
    known = state.pmpcfg.map((_, k) => range(state, k));
    RANGES.set(state.pmpaddr, known);
  }
  return known;
}

/** Section "Physical Memory Protection": the lowest-numbered entry that matches any byte must match all of them. */
export function pmpAllows(
  state: OracleState,
  at: bigint,
  size: number,
  rights: readonly Right[],
  machine: boolean,
): boolean {
  const count = state.pmpcfg.length;
  // Without entries S and U go free; M-mode still has the default policy of mseccfg.
  if (count === 0 && !machine) return true;
  const mml = bit(state.mseccfg, 0);
  const mmwp = bit(state.mseccfg, 1);
  const end = at + BigInt(size);
  const all = ranges(state);
  for (let k = 0; k < count; k++) {
    const entry = all[k] ?? null;
    if (entry === null || entry.to <= at || entry.from >= end) continue;
    if (entry.from > at || entry.to < end) return false;
    const config = state.pmpcfg[k] ?? 0;
    if (mml) return rights.every((right) => lockdown(config, right, machine));
    if (machine && (config & 0x80) === 0) return true;
    const allowed = { r: (config & 1) !== 0, w: (config & 2) !== 0, x: (config & 4) !== 0 };
    return rights.every((right) => allowed[right]);
  }
  if (!machine || mmwp) return false;
  return !(mml && rights.includes('x'));
}

/** The truth table of mseccfg.MML=1, by L R W X: what M-mode may, and what S and U may. */
const MML: readonly (readonly [string, string])[] = [
  ['', ''],
  ['', 'x'],
  ['rw', 'r'],
  ['rw', 'rw'],
  ['', 'r'],
  ['', 'rx'],
  ['', 'rw'],
  ['', 'rwx'],
  ['', ''],
  ['x', ''],
  ['x', 'x'],
  ['rx', 'x'],
  ['r', ''],
  ['rx', ''],
  ['rw', ''],
  ['r', 'r'],
];

function lockdown(config: number, right: Right, machine: boolean): boolean {
  const index =
    ((config & 0x80) !== 0 ? 8 : 0) +
    ((config & 1) !== 0 ? 4 : 0) +
    ((config & 2) !== 0 ? 2 : 0) +
    ((config & 4) !== 0 ? 1 : 0);
  const row = MML[index] ?? ['', ''];
  return (machine ? row[0] : row[1]).includes(right);
}

export function attribute(
  state: OracleState,
  at: bigint,
  size: number,
): 'memory' | 'io' | 'vacant' {
  const within = (extent: Extent) =>
    at >= extent.base && at + BigInt(size) <= extent.base + extent.size;
  if (state.ram.some(within)) return 'memory';
  return state.io.some(within) ? 'io' : 'vacant';
}
