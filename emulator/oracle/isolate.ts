/** The look-up of the memory protection table and of the memory tracking table, as their chapters number the steps. */
import type { OracleMemory } from './memory.ts';
import { attribute, pmpAllows } from './protect.ts';
import type { Right } from './protect.ts';
import type { OracleState } from './state.ts';
import { bit, bits } from './state.ts';

/** What an access asks of the table: all of these; `any`: one of them is enough. */
export interface Wanted {
  readonly rights: readonly Right[];
  readonly any: boolean;
}

/** Whether the domain in force allows the access to the page of `spa`; below M-mode only. */
export function isolationAllows(
  state: OracleState,
  memory: OracleMemory,
  spa: bigint,
  wanted: Wanted,
): boolean {
  return state.revision === 'smmpt'
    ? mptAllows(state, memory, spa, wanted)
    : mttAllows(state, memory, spa, wanted);
}

function satisfied(wanted: Wanted, r: boolean, w: boolean, x: boolean): boolean {
  const has = { r, w, x };
  return wanted.any
    ? wanted.rights.some((right) => has[right])
    : wanted.rights.every((right) => has[right]);
}

/** One entry of a table: an implicit M-mode read; null when PMP or PMA stop it. */
function readEntry(state: OracleState, memory: OracleMemory, at: bigint): bigint | null {
  const size = state.xlen / 8;
  if (!pmpAllows(state, at, size, ['r'], true)) return null;
  if (attribute(state, at, size) !== 'memory') return null;
  memory.note('mpt', at);
  return memory.read(at, size, bit(state.mstatus, 37));
}

interface MptMode {
  readonly levels: number;
  /** Bits of the address; null: no check. */
  readonly width: number | null;
}

function mptAllows(state: OracleState, memory: OracleMemory, spa: bigint, wanted: Wanted): boolean {
  const rv64 = state.xlen === 64;
  const number = Number(rv64 ? bits(state.domain, 63, 60) : bits(state.domain, 31, 30));
  if (number === 0) return true;
  const modes: readonly MptMode[] = rv64
    ? [
        { levels: 3, width: 43 },
        { levels: 4, width: 52 },
        { levels: 5, width: null },
      ]
    : [{ levels: 2, width: null }];
  const mode = modes[number - 1];
  if (mode === undefined) throw new Error(`mmpt.MODE ${number}`);
  if (mode.width !== null && spa >> BigInt(mode.width) !== 0n) return false;

  // Bit positions: the range offset, then pn[0], pn[1], ...
  const offset = rv64 ? 16 : 15;
  const pnLow = (i: number) => offset + (i === 0 ? 0 : (rv64 ? 9 : 10) + 9 * (i - 1));
  const pnHigh = (i: number) => {
    if (i === mode.levels - 1) return rv64 ? (mode.width ?? 64) - 1 : 33;
    return pnLow(i + 1) - 1;
  };
  let a = (rv64 ? bits(state.domain, 43, 0) : bits(state.domain, 21, 0)) * 4096n;
  for (let i = mode.levels - 1; i >= 0; i--) {
    const pn = bits(spa, pnHigh(i), pnLow(i));
    const mpte = readEntry(state, memory, a + pn * BigInt(state.xlen / 8));
    if (mpte === null) return false;
    if (!bit(mpte, 0)) return false;
    // Tuple index: the upper 3 or 4 bits of what lies below pn[i].
    const tupleBits = rv64 ? 4 : 3;
    const pi = Number(bits(spa, pnLow(i) - 1, pnLow(i) - tupleBits));
    if (mptReserved(state, mpte, i, pi)) return false;
    if (!bit(mpte, 1)) {
      a = bits(mpte, rv64 ? 53 : 31, 10) * 4096n;
      continue;
    }
    const low = bit(mpte, 2) ? 8 : 8 + 3 * pi;
    return satisfied(wanted, bit(mpte, low), bit(mpte, low + 1), bit(mpte, low + 2));
  }
  return false;
}

/** Any reserved bit or encoding in an entry, by the drawings of its three forms. */
function mptReserved(state: OracleState, mpte: bigint, level: number, pi: number): boolean {
  const rv64 = state.xlen === 64;
  const tuples = rv64 ? 16 : 8;
  const isReserved = (xwr: bigint) => xwr === 2n || xwr === 6n;
  if (!bit(mpte, 1)) return bits(mpte, 9, 2) !== 0n || (rv64 && bits(mpte, 63, 54) !== 0n);
  if (bits(mpte, 7, 3) !== 0n) return true;
  if (bit(mpte, 2)) {
    if (state.knobs['napot_levels'] === 'level_0' && level !== 0) return true;
    if (bits(mpte, state.xlen - 1, 16) !== 0n || bit(mpte, 11)) return true;
    return isReserved(bits(mpte, 10, 8)) || bits(mpte, 15, 12) !== (rv64 ? 4n : 6n);
  }
  if (rv64 && bits(mpte, 63, 56) !== 0n) return true;
  for (let k = 0; k < tuples; k++) {
    if (state.knobs['reserved_tuple'] === 'tuple' && k !== pi) continue;
    if (isReserved(bits(mpte, 10 + 3 * k, 8 + 3 * k))) return true;
  }
  return false;
}

function mttAllows(state: OracleState, memory: OracleMemory, spa: bigint, wanted: Wanted): boolean {
  const rv64 = state.xlen === 64;
  const mode = Number(rv64 ? bits(state.domain, 63, 60) : bits(state.domain, 31, 30));
  if (mode === 0) return true;
  const three = rv64 && mode === 2;
  const width = rv64 ? (three ? 56n : 46n) : 34n;
  if (state.revision !== 'mtt_0_1' && spa >> width !== 0n) return false;
  const size = BigInt(state.xlen / 8);
  const perm = (p: bigint) => satisfied(wanted, p !== 0n, bit(p, 1), bit(p, 0));

  let a = (rv64 ? bits(state.domain, 43, 0) : bits(state.domain, 21, 0)) * 4096n;
  if (three) {
    const l3 = readEntry(state, memory, a + bits(spa, 55, 46) * size);
    if (l3 === null) return false;
    if (state.revision === 'mtt_0_1' ? bits(l3, 63, 44) !== 0n : !bit(l3, 44)) return false;
    if (state.revision !== 'mtt_0_1' && bits(l3, 63, 45) !== 0n) return false;
    a = bits(l3, 43, 0) * 4096n;
  }
  const l2 = readEntry(state, memory, a + bits(spa, rv64 ? 45 : 33, 25) * size);
  if (l2 === null) return false;
  const type = Number(rv64 ? bits(l2, 46, 44) : bits(l2, 24, 22));
  const info = rv64 ? bits(l2, 43, 0) : bits(l2, 21, 0);
  if (rv64 ? bits(l2, 63, 47) !== 0n : bits(l2, 31, 25) !== 0n) return false;
  if (type <= 3) return info === 0n && perm(BigInt(type));
  if (type === (rv64 ? 6 : 5)) {
    // 2M_PAGES: PA[24:21]; 4M_PAGES: PA[24:22].
    const p = rv64 ? bits(spa, 24, 21) : bits(spa, 24, 22);
    if (info >> (rv64 ? 32n : 16n) !== 0n) return false;
    return perm((info >> (2n * p)) & 3n);
  }
  if (type !== 4) return false;
  const pn1 = rv64 ? bits(spa, 24, 16) : bits(spa, 24, 15);
  const l1 = readEntry(state, memory, info * 4096n + pn1 * size);
  if (l1 === null) return false;
  const pn0 = Number(rv64 ? bits(spa, 15, 12) : bits(spa, 14, 12));
  for (let k = 0; k < state.xlen / 4; k++) {
    if (state.knobs['reserved_tuple'] === 'tuple' && k !== pn0) continue;
    if (bits(l1, 4 * k + 3, 4 * k + 2) !== 0n) return false;
  }
  return perm(bits(l1, 4 * pn0 + 1, 4 * pn0));
}
