/** LR, SC, AMO and compare-and-swap through the access path: always naturally aligned, so always in one page. */
import type { Operation } from '../access/kinds.ts';
import { OPERATIONS } from '../access/kinds.ts';
import { Value } from '../access/parts.ts';
import { ATTENDED } from '../access/physical.ts';
import type { Executor, Flow } from '../hart/executor.ts';
import type { Decoded } from '../isa/decode.ts';
import type { Memory } from '../isa/op.ts';
import { CELL } from '../memory/layout.ts';
import { WATCH } from '../memory/memory.ts';
import { R } from '../rules/fired.ts';
import { COMBINE } from './amo.ts';
import type { Place } from './place.ts';
import { setRegister } from './place.ts';

/** The access alone: what is transferred is decided here. */
const CHECKS = {
  sc: { kind: 'sc', effect: 'none', widths: [4, 8], feature: null },
  amo: { kind: 'amo', effect: 'none', widths: [4, 8, 16], feature: null },
  ssamoswap: { kind: 'ssamoswap', effect: 'none', widths: [4, 8], feature: 'Zicfiss' },
} as const satisfies Record<string, Operation>;

/** What is in memory; what an operation takes; the other half of 16 bytes. One for all. */
const old = new Value();
const by = new Value();
const upper = new Value();

export function executeAtomic(
  executor: Executor,
  decoded: Decoded,
  row: Memory,
  place: Place,
): Flow {
  switch (row.action) {
    case 'lr':
      return loadReserved(executor, decoded, row.size, place);
    case 'sc':
      return storeConditional(executor, decoded, row.size, place);
    case 'amo':
      return modify(executor, decoded, row, place);
    default:
      return compareAndSwap(executor, decoded, row.size, place);
  }
}

function loadReserved(executor: Executor, decoded: Decoded, size: number, place: Place): Flow {
  const { hart, mode } = executor;
  const { page, offset } = place;
  const why = hart.perform(mode, OPERATIONS.lr, page, offset, size);
  if (why !== null) return executor.deny(why, page, offset, decoded);
  const { port } = hart;
  const { physical } = port;
  const frame = physical.frameOf(port.page);
  executor.reservation.reserve(frame, offset, size);
  // Others' stores to the page must be seen.
  physical.memory.watch(frame, WATCH.reserved);
  const { value } = hart.path;
  setRegister(executor, decoded.operands.rd, value.lo, value.hi, size, true);
  return 0;
}

function storeConditional(executor: Executor, decoded: Decoded, size: number, place: Place): Flow {
  const { hart, mode, reservation } = executor;
  const { page, offset } = place;
  const { rd, rs2 } = decoded.operands;
  // One that must fail may do so without an access, unless even that would be misaligned.
  const isChecked = hart.csrs.platform.knobs.failing_sc === 'fault';
  const mayPass = hart.decisions.reservation.checksFailing(isChecked) || offset % size !== 0;
  let succeeds = false;
  if (!reservation.isHeld) hart.csrs.fired[R.SMMPT_ACC_18] = 1;
  if (reservation.isHeld || mayPass) {
    const why = hart.perform(mode, CHECKS.sc, page, offset, size);
    if (why !== null) return executor.deny(why, page, offset, decoded);
    const { page: at, physical } = hart.port;
    succeeds = reservation.covers(physical.frameOf(at), offset, size);
  }
  if (hart.decisions.reservation.endsWithSc()) executor.unreserve();
  if (succeeds) {
    read(executor, rs2, by);
    put(executor, offset, size, by);
  }
  setRegister(executor, rd, succeeds ? 0 : 1, 0, 8, true);
  return 0;
}

function modify(executor: Executor, decoded: Decoded, row: Memory, place: Place): Flow {
  const { hart, mode } = executor;
  const { page, offset } = place;
  const { size, amo } = row;
  if (amo === null) throw new Error(`'${decoded.op.name}' says not what it does`);
  const isShadow = amo === 'ssswap';
  if (isShadow) {
    const denial = hart.denies(mode, 'ssamoswap');
    if (denial !== null) return executor.refuseDecoded(denial, decoded);
  }
  const check = isShadow ? CHECKS.ssamoswap : CHECKS.amo;
  const why = hart.perform(mode, check, page, offset, size);
  if (why !== null) return executor.deny(why, page, offset, decoded);
  const { rd, rs2 } = decoded.operands;
  take(executor, offset, size, old);
  const { lo, hi } = old;
  read(executor, rs2, by);
  if (size === 4) by.set(by.lo, by.lo >> 31);
  COMBINE[amo](old, by);
  put(executor, offset, size, old);
  setRegister(executor, rd, lo, hi, size, true);
  return 0;
}

/** AMOCAS. Twice XLEN lie in a pair of registers; a pair that begins with x0 is zero, and is not written. */
function compareAndSwap(executor: Executor, decoded: Decoded, size: number, place: Place): Flow {
  const { hart, mode, registers } = executor;
  const { page, offset } = place;
  const why = hart.perform(mode, CHECKS.amo, page, offset, size);
  if (why !== null) return executor.deny(why, page, offset, decoded);
  const { rd, rs2 } = decoded.operands;
  const half = Math.min(size, 8);
  const isBig = hart.port.context.bigEndian;
  // Of 16 bytes the low half lies first, or last.
  const low = size === 16 && isBig ? offset + 8 : offset;
  const high = size === 16 && isBig ? offset : offset + 8;
  take(executor, low, half, old);
  if (size === 16) take(executor, high, half, upper);
  const isPair = size * 8 > registers.xlen;
  readPair(executor, rd, isPair, size, by);
  const isEqual =
    old.lo === by.lo &&
    (size === 4 || old.hi === by.hi) &&
    (size !== 16 || equals(executor, rd === 0 ? 0 : rd + 1, upper));
  if (isEqual) {
    readPair(executor, rs2, isPair, size, by);
    put(executor, low, half, by);
    if (size === 16) {
      read(executor, rs2 === 0 ? 0 : rs2 + 1, by);
      put(executor, high, half, by);
    }
  }
  if (!isPair) setRegister(executor, rd, old.lo, old.hi, size, true);
  else if (rd !== 0 && size === 16) {
    setRegister(executor, rd, old.lo, old.hi, 8, true);
    setRegister(executor, rd + 1, upper.lo, upper.hi, 8, true);
  } else if (rd !== 0) {
    setRegister(executor, rd, old.lo, 0, 4, true);
    setRegister(executor, rd + 1, old.hi, 0, 4, true);
  }
  return 0;
}

/** The low 8 bytes of an operand: of one register, or of two on RV32. */
function readPair(executor: Executor, n: number, isPair: boolean, size: number, into: Value): void {
  read(executor, n, into);
  if (!isPair || size === 16) return;
  const { words, base } = executor.registers;
  into.set(into.lo, n === 0 ? 0 : words[base + (CELL.x >>> 2) + 2 * (n + 1)]);
}

function read({ registers }: Executor, n: number, into: Value): void {
  const { words, base } = registers;
  const at = base + (CELL.x >>> 2) + 2 * n;
  into.set(words[at], words[at + 1]);
}

function equals({ registers }: Executor, n: number, value: Value): boolean {
  const { words, base } = registers;
  const at = base + (CELL.x >>> 2) + 2 * n;
  return words[at] === value.lo && words[at + 1] === value.hi;
}

/** Loads from the physical page accessed last; words sign-extended. */
function take({ hart }: Executor, offset: number, size: number, into: Value): void {
  const { physical, page, context } = hart.port;
  const frame = physical.targetOf(page);
  if (frame === ATTENDED) physical.loadAttended(page, offset, size);
  else physical.memory.load(frame, offset, size);
  into.set(physical.memory.lo, physical.memory.hi);
  if (context.bigEndian) into.reverse(size);
  if (size === 4) into.set(into.lo, into.lo >> 31);
}

/** Stores to the physical page accessed last. */
function put({ hart }: Executor, offset: number, size: number, from: Value): void {
  const { physical, page, context, counts } = hart.port;
  const value = context.bigEndian ? new Value().set(from.lo, from.hi).reverse(size) : from;
  counts.stored += size;
  physical.heal(page, offset, size);
  const frame = physical.targetOf(page);
  if (frame === ATTENDED) physical.storeAttended(page, offset, size, value.lo, value.hi);
  else physical.memory.store(frame, offset, size, value.lo, value.hi);
}
