/**
 * The memory rows of the table through the access path: what no way answered. After a plain access that the whole page
 * allows, a way answers next time.
 */
import { OPERATIONS, READ, WRITE } from '../access/kinds.ts';
import { PLAIN } from '../access/physical.ts';
import type { Executor, Flow } from '../hart/executor.ts';
import { floatStatus, markFloatDirty } from '../hart/float-state.ts';
import type { Decoded } from '../isa/decode.ts';
import type { Memory } from '../isa/op.ts';
import { CELL } from '../memory/layout.ts';
import type { Reason } from '../rules/reasons.ts';
import { executeAtomic } from './atomic-rows.ts';
import { Place, setRegister } from './place.ts';

/** One for all: an access is over before the next begins. */
const place = new Place();

/** Executes a row `memory(...)` of the table. */
export function executeMemory(executor: Executor, decoded: Decoded): Flow {
  const { op, operands } = decoded;
  const row = op.semantics;
  if (row.kind !== 'memory') throw new Error(`'${op.name}' is no access`);
  place.of(executor, operands.rs1, operands.imm);
  switch (row.action) {
    case 'load':
      return load(executor, decoded, row);
    case 'store':
      return store(executor, decoded, row);
    case 'lr':
    case 'sc':
    case 'amo':
    case 'cas':
      return executeAtomic(executor, decoded, row, place);
  }
}

function load(executor: Executor, decoded: Decoded, { size, extend }: Memory): Flow {
  const { hart, registers, mode } = executor;
  const { page, offset } = place;
  const isFloat = extend === 'float';
  if (isFloat && floatStatus(hart.csrs, mode) === 0) return floatOff(executor, decoded);
  const why = hart.perform(mode, OPERATIONS.load, page, offset, size);
  if (why !== null) return executor.deny(why, page, offset, decoded);
  const { value } = hart.path;
  const { words, base } = registers;
  const { rd } = decoded.operands;
  if (isFloat) {
    const at = base + (CELL.f >>> 2) + 2 * rd;
    words[at] = value.lo;
    words[at + 1] = size === 4 ? -1 : value.hi;
    markFloatDirty(hart.csrs, mode);
  } else setRegister(executor, rd, value.lo, value.hi, size, extend === 'signed');
  if (offset % size === 0) fillWay(executor, 'load', READ);
  return 0;
}

function store(executor: Executor, decoded: Decoded, { size, extend }: Memory): Flow {
  const { hart, registers, mode } = executor;
  const { page, offset } = place;
  const isFloat = extend === 'float';
  if (isFloat && floatStatus(hart.csrs, mode) === 0) return floatOff(executor, decoded);
  const { words, base } = registers;
  const at = base + ((isFloat ? CELL.f : CELL.x) >>> 2) + 2 * decoded.operands.rs2;
  hart.path.value.set(words[at], words[at + 1]);
  const why = hart.perform(mode, OPERATIONS.store, page, offset, size);
  if (why !== null) return executor.deny(why, page, offset, decoded);
  if (offset % size === 0) fillWay(executor, 'store', WRITE);
  return 0;
}

export function floatOff(executor: Executor, decoded: Decoded): Flow {
  const because: Reason = 'float.off';
  return executor.refuseDecoded({ cause: 2, because, rule: null }, decoded);
}

/** The page accessed last answers from now on, if all of it does, in the order of bytes that generated code has. */
function fillWay({ hart }: Executor, use: 'load' | 'store', needs: number): void {
  const { port, ways } = hart;
  if (!ways.isOn || port.context.bigEndian) return;
  const { physical, context } = port;
  const { memory } = physical;
  const frame = physical.ready(port.page, physical.rightsOf(needs, context.mode === 'M') | PLAIN);
  if (frame < 0) return;
  // Stores to watched pages must be seen.
  if (use === 'store' && memory.watchOf(frame) !== 0) return;
  ways.fill(use, place.lo, place.hi, memory.position(frame) - (place.lo & ~4095));
}
