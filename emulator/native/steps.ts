/** What a parked hart is asked to do, as one instruction at HOME: made anew as often as firmware sends it back there. */
import type { OperationName } from '../access/kinds.ts';
import { OPERATIONS } from '../access/kinds.ts';
import type { Operation } from '../access/kinds.ts';
import type { Trap } from '../access/trap.ts';
import type { FenceRequest } from '../cache/fence-request.ts';
import { executeMemory } from '../engine/memory-rows.ts';
import type { CsrOp } from '../hart/csr-file.ts';
import type { Executor } from '../hart/executor.ts';
import { executeSystem } from '../system/table.ts';
import { HOME } from './native-page.ts';
import type { NativeHart } from './native-hart.ts';
import { RS1, RS2 } from './words.ts';

export interface Step {
  /** Where the hart stands to make it: HOME, or the address of a fetch. */
  readonly pc: bigint;
  /** Makes it in the hart's present mode: the trap that it took, or null. */
  perform(core: NativeHart): Trap | null;
  /** After it was done here: what it left. */
  value(core: NativeHart): bigint;
  /** After firmware has done it: what its destination register holds. */
  emulated(core: NativeHart): bigint;
}

const ECALL = 0x0000_0073;

/** Operands that an emulator looks for. */
function operands({ executor: { registers } }: NativeHart, rs1: bigint | null, rs2: bigint | null) {
  if (rs1 !== null) registers.setX(RS1, rs1);
  if (rs2 !== null) registers.setX(RS2, rs2);
}

const second = ({ executor }: NativeHart): bigint => executor.registers.x(RS2);
const zero = (): bigint => 0n;

/** One access. `value`: what is stored or added. */
export function attemptStep(
  name: OperationName,
  address: bigint,
  size: number,
  value: bigint,
): Step {
  const operation: Operation = OPERATIONS[name];
  const isFetch = name === 'fetch';
  const stores = operation.effect !== 'read' && operation.effect !== 'none';
  return {
    pc: isFetch ? address : HOME,
    perform(core) {
      const { executor, firm } = core;
      const { hart, cell } = executor;
      hart.cache.tick();
      const denial = operation.feature === null ? null : hart.denies(executor.mode, name);
      const word = firm.words.access(name, size);
      if (denial !== null) {
        operands(core, address, stores ? value : null);
        executor.raise(core.refused(denial, word));
        return executor.trap;
      }
      cell.value = value;
      hart.path.value.set(cell.lo, cell.hi);
      cell.value = address;
      const { page, offset } = cell;
      const why = hart.perform(executor.mode, operation, page, offset, size);
      hart.csrs.retired++;
      if (why === null) return null;
      if (isFetch) executor.fetchFault(why, page, offset);
      else {
        const raised = core.denied(why, page, offset, word);
        operands(core, address, stores ? value : null);
        executor.raise(raised);
      }
      return executor.trap;
    },
    value: ({ executor: { cell, hart } }) => cell.join(hart.path.value.lo, hart.path.value.hi),
    emulated: operation.effect === 'write' || isFetch ? zero : second,
  };
}

/** One CSR instruction. */
export function csrStep(name: string, op: CsrOp, value: bigint): Step {
  let read = 0n;
  return {
    pc: HOME,
    perform(core) {
      const { executor, firm } = core;
      const { counts, csrs } = executor.hart;
      counts.csr++;
      if (op !== 'read') counts.csrw++;
      csrs.retired++;
      const outcome = csrs.access(executor.mode, name, op, value);
      if (outcome.denial === null) {
        read = outcome.value;
        return null;
      }
      const raised = core.refused(outcome.denial, firm.words.csr(name, op));
      operands(core, op === 'read' ? null : value, null);
      executor.raise(raised);
      // No trap after all: hardware has done it in its own way.
      if (executor.trap === null) read = second(core);
      return executor.trap;
    },
    value: () => read,
    emulated: second,
  };
}

/** One fence, in the hart's present mode. */
export function fenceStep({ fence, rs1, rs2 }: FenceRequest): Step {
  return {
    pc: HOME,
    perform(core) {
      const { executor, firm } = core;
      executor.hart.csrs.retired++;
      const denial = executor.hart.order({ fence, mode: executor.mode, rs1, rs2 });
      if (denial === null) {
        executor.fenced(fence);
        return null;
      }
      const raised = core.refused(denial, firm.words.fence(fence, rs1, rs2));
      operands(core, rs1, rs2);
      executor.raise(raised);
      return executor.trap;
    },
    value: zero,
    emulated: zero,
  };
}

/** Any instruction. `engine`: for what only generated code does; `resultOf`: what its destination register holds. */
export function wordStep(
  word: number,
  engine: (executor: Executor, word: number) => void,
  resultOf: (executor: Executor, word: number) => bigint,
): Step {
  return {
    pc: HOME,
    perform(core) {
      const { executor, firm } = core;
      const decoded = firm.words.decode(word);
      const kind = decoded?.op.semantics.kind;
      const before = executor.hart.csrs.trapped;
      executor.takesInterrupts = false;
      if (decoded !== null && (kind === 'system' || kind === 'memory')) {
        executor.begin(1);
        const flow =
          kind === 'system' ? executeSystem(executor, decoded) : executeMemory(executor, decoded);
        executor.remaining = 0;
        if (flow === 0) executor.advance(decoded.length);
        executor.end(1, 1);
      } else engine(executor, word);
      executor.takesInterrupts = true;
      executor.waiting = false;
      return executor.hart.csrs.trapped > before ? executor.trap : null;
    },
    value: ({ executor }) => resultOf(executor, word),
    emulated: ({ executor }) =>
      word === ECALL ? executor.registers.x(10) : resultOf(executor, word),
  };
}

/** Nothing: a hart that has come home from an interrupt goes on standing there. */
export const REST: Step = { pc: HOME, perform: () => null, value: zero, emulated: zero };
