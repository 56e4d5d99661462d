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
  if (memory.isPoisoned(at, size)) return null;
  memory.note('mpt', at);
  return memory.read(at, size, bit(state.mstatus, 37));
}

interface MptMode {
  readonly name: string;
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
        { name: 'smmpt43', levels: 3, width: 43 },
        { name: 'smmpt52', levels: 4, width: 52 },
        { name: 'smmpt64', levels: 5, width: null },
      ]
    : [{ name: 'smmpt34', levels: 2, width: null }];
  const mode = modes[number - 1];
  if (mode === undefined) throw new Error(`mmpt.MODE ${number}`);
  const saw = (i: number, what: string) => memory.saw(`${mode.name} level ${i} ${what}`);
  if (mode.width !== null && spa >> BigInt(mode.width) !== 0n) {
    memory.saw(`${mode.name} range`);
    return false;
  }

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
    if (mpte === null) {
      saw(i, 'unreadable');
      return false;
    }
    if (!bit(mpte, 0)) {
      saw(i, 'invalid');
      return false;
    }
    // Tuple index: the upper 3 or 4 bits of what lies below pn[i].
    const tupleBits = rv64 ? 4 : 3;
    const pi = Number(bits(spa, pnLow(i) - 1, pnLow(i) - tupleBits));
    if (mptReserved(state, memory, mpte, i, pi)) {
      saw(i, 'reserved');
      return false;
    }
    if (!bit(mpte, 1)) {
      saw(i, i === 0 ? 'depth' : 'pointer');
      a = bits(mpte, rv64 ? 53 : 31, 10) * 4096n;
      continue;
    }
    const low = bit(mpte, 2) ? 8 : 8 + 3 * pi;
    saw(i, bit(mpte, 2) ? 'napot' : `leaf`);
    memory.saw(`${state.xlen} tuple ${bit(mpte, 2) ? 'napot' : pi}`);
    memory.saw(`${state.xlen} xwr ${bits(mpte, low + 2, low)}`);
    const allowed = satisfied(wanted, bit(mpte, low), bit(mpte, low + 1), bit(mpte, low + 2));
    saw(i, allowed ? 'allowed' : 'denied');
    return allowed;
  }
  return false;
}

/** Any reserved bit or encoding in an entry, by the drawings of its three forms. */
function mptReserved(
  state: OracleState,
  memory: OracleMemory,
  mpte: bigint,
  level: number,
  pi: number,
): boolean {
  const { xlen, knobs } = state;
  const rv64 = xlen === 64;
  const form = !bit(mpte, 1) ? 'pointer' : bit(mpte, 2) ? 'napot' : 'leaf';
  const isReserved = (xwr: bigint) => xwr === 2n || xwr === 6n;
  const wrong: string[] = [];
  const when = (what: string, condition: boolean) => {
    if (condition) wrong.push(what);
  };
  const decided = () => {
    // One defect alone shows whether it was looked for.
    if (wrong.length === 1) memory.saw(`${xlen} ${form} ${wrong[0] ?? ''}`);
    return wrong.length > 0;
  };
  const mustBeZero = (high: number, low: number) => {
    if (bits(mpte, high, low) === 0n) return;
    for (let n = low; n <= high; n++) when(`bit ${n}`, bit(mpte, n));
  };
  if (form === 'pointer') {
    mustBeZero(9, 2);
    if (rv64) mustBeZero(63, 54);
    return decided();
  }
  mustBeZero(7, 3);
  if (form === 'napot') {
    when('above level 0', knobs['napot_levels'] === 'level_0' && level !== 0);
    mustBeZero(11, 11);
    mustBeZero(xlen - 1, 16);
    when(`xwr ${bits(mpte, 10, 8)}`, isReserved(bits(mpte, 10, 8)));
    when(`g ${bits(mpte, 15, 12)}`, bits(mpte, 15, 12) !== (rv64 ? 4n : 6n));
    return decided();
  }
  if (rv64) mustBeZero(63, 56);
  for (let k = 0; k < (rv64 ? 16 : 8); k++) {
    if (knobs['reserved_tuple'] === 'tuple' && k !== pi) continue;
    const xwr = bits(mpte, 10 + 3 * k, 8 + 3 * k);
    if (isReserved(xwr)) when(`${k === pi ? 'its own' : 'another'} xwr ${xwr}`, true);
  }
  return decided();
}

function mttAllows(state: OracleState, memory: OracleMemory, spa: bigint, wanted: Wanted): boolean {
  const rv64 = state.xlen === 64;
  const mode = Number(rv64 ? bits(state.domain, 63, 60) : bits(state.domain, 31, 30));
  if (mode === 0) return true;
  const three = rv64 && mode === 2;
  const width = rv64 ? (three ? 56n : 46n) : 34n;
  // The first revision of the MTT era does not say what becomes of an address beyond the mode.
  const checked = state.revision !== 'mtt_0_1' || state.knobs['mtt_too_wide'] !== 'ignored';
  if (checked && spa >> width !== 0n) {
    memory.saw(`${three ? 'smmtt56' : rv64 ? 'smmtt46' : 'smmtt34'} range`);
    return false;
  }
  const size = BigInt(state.xlen / 8);
  const perm = (p: bigint) => satisfied(wanted, p !== 0n, bit(p, 1), bit(p, 0));

  const name = three ? 'smmtt56' : rv64 ? 'smmtt46' : 'smmtt34';
  /** Marks what was met; the answer to the look-up. */
  const met = (what: string, allowed: boolean) => {
    memory.saw(`${name} ${what}`);
    return allowed;
  };
  let a = (rv64 ? bits(state.domain, 43, 0) : bits(state.domain, 21, 0)) * 4096n;
  if (three) {
    const l3 = readEntry(state, memory, a + bits(spa, 55, 46) * size);
    if (l3 === null) return met('L3 unreadable', false);
    if (bits(l3, 63, 45) !== 0n) return met('L3 reserved', false);
    if (state.revision === 'mtt_0_1') {
      if (bit(l3, 44)) return met('L3 reserved', false);
    } else if (!bit(l3, 44)) return met('L3 invalid', false);
    memory.saw('smmtt56 L3 pointer');
    a = bits(l3, 43, 0) * 4096n;
  }
  const l2 = readEntry(state, memory, a + bits(spa, rv64 ? 45 : 33, 25) * size);
  if (l2 === null) return met('L2 unreadable', false);
  const type = Number(rv64 ? bits(l2, 46, 44) : bits(l2, 24, 22));
  const info = rv64 ? bits(l2, 43, 0) : bits(l2, 21, 0);
  if (rv64 ? bits(l2, 63, 47) !== 0n : bits(l2, 31, 25) !== 0n) return met('L2 reserved', false);
  memory.saw(`${name} type ${type}`);
  if (type <= 3) {
    if (info !== 0n) return met('1G INFO', false);
    return met(`1G ${type}`, perm(BigInt(type)));
  }
  if (type === (rv64 ? 6 : 5)) {
    // 2M_PAGES: PA[24:21]; 4M_PAGES: PA[24:22].
    const p = rv64 ? bits(spa, 24, 21) : bits(spa, 24, 22);
    if (info >> (rv64 ? 32n : 16n) !== 0n) return met('pages INFO', false);
    const field = (info >> (2n * p)) & 3n;
    return met(`pages ${field}`, perm(field));
  }
  if (type !== 4) return false;
  const pn1 = rv64 ? bits(spa, 24, 16) : bits(spa, 24, 15);
  const l1 = readEntry(state, memory, info * 4096n + pn1 * size);
  if (l1 === null) return met('L1 unreadable', false);
  const pn0 = Number(rv64 ? bits(spa, 15, 12) : bits(spa, 14, 12));
  for (let k = 0; k < state.xlen / 4; k++) {
    if (state.knobs['reserved_tuple'] === 'tuple' && k !== pn0) continue;
    if (bits(l1, 4 * k + 3, 4 * k + 2) !== 0n) return met('L1 reserved', false);
  }
  const field = bits(l1, 4 * pn0 + 1, 4 * pn0);
  return met(`L1 ${field}`, perm(field));
}
