/** The port of one hart: operations of handlers as instructions that it executes. */
import { OPERATIONS } from '../access/kinds.ts';
import type { OperationName } from '../access/kinds.ts';
import type { Denial, Trap } from '../access/trap.ts';
import type { FenceName } from '../cache/fence-request.ts';
import type { Note, Op, Port, Width } from '../firmware/port.ts';
import type { CsrOp } from '../hart/csr-file.ts';
import { floatStatus, markFloatDirty } from '../hart/float-state.ts';
import { isWoken } from '../hart/interrupts.ts';
import { machineReturn, supervisorReturn, guestReturn } from '../hart/trap-return.ts';
import type { TableMemory } from '../isolate/table-memory.ts';
import type { RuleId } from '../rules/fired.ts';
import type { Reason } from '../rules/reasons.ts';
import { deniesReturn } from '../system/returns.ts';
import { deniesWfi } from '../system/wait.ts';
import { Blocks } from './blocks.ts';
import { canary } from './canary.ts';
import { AMO, modify } from './modify.ts';
import { count, mark } from './notes.ts';
import type { NativeHart } from './native-hart.ts';
import { Operations } from './operations.ts';
import type { Met } from './operations.ts';

const hex = (value: bigint): string => `0x${value.toString(16)}`;

export class PortOfHart extends Operations implements Port {
  readonly xlen: 32 | 64;
  readonly hart: number;
  readonly own: TableMemory;
  readonly #width: Width;
  readonly #blocks: Blocks;

  constructor(core: NativeHart) {
    super(core);
    this.xlen = core.executor.registers.xlen;
    this.hart = core.id;
    this.#width = this.xlen === 64 ? 8 : 4;
    this.#blocks = new Blocks(core);
    this.own = {
      read: (at, size) => this.#ownRead(at, size),
      write: (at, size, value) => this.#ownWrite(at, size, value),
    };
  }

  x(number: number): bigint {
    return this.core.executor.registers.x(number);
  }

  setX(number: number, value: bigint): void {
    this.core.executor.registers.setX(number, value);
    this.running.writtenX |= 1 << number;
  }

  f(number: number): bigint {
    this.#needFloat();
    return this.core.executor.registers.f(number);
  }

  setF(number: number, value: bigint): void {
    this.#needFloat();
    const { hart, mode, registers } = this.core.executor;
    registers.setF(number, value);
    markFloatDirty(hart.csrs, mode);
    this.running.writtenF |= 1 << number;
  }

  *load(at: bigint, size: Width = this.#width): Op<bigint> {
    const quick = this.quickLoad(at, size);
    if (quick !== null) {
      if (this.waitsAt()) yield* this.paused();
      return quick;
    }
    for (;;) {
      const why = this.access(OPERATIONS.load, at, size);
      if (why === null) break;
      const met = yield* this.#denied(why, 'load', at, size, null, false);
      if (met === 'done') return this.result;
    }
    const value = this.loaded();
    if (this.waitsAt()) yield* this.paused();
    return value;
  }

  *store(at: bigint, value: bigint, size: Width = this.#width): Op<void> {
    while (!this.quickStore(at, size, value)) {
      this.storing(value);
      const why = this.access(OPERATIONS.store, at, size);
      if (why === null) break;
      const met = yield* this.#denied(why, 'store', at, size, value, false);
      if (met === 'done') return;
    }
    if (this.progressed()) yield* this.paused();
  }

  *tryLoad(at: bigint, size: Width = this.#width): Op<bigint | Trap> {
    return yield* this.#tryAccess('load', at, size, null);
  }

  *tryStore(at: bigint, value: bigint, size: Width = this.#width): Op<Trap | null> {
    const met = yield* this.#tryAccess('store', at, size, value);
    return typeof met === 'bigint' ? null : met;
  }

  *tryGuestLoad(at: bigint, size: Width, execute = false): Op<bigint | Trap> {
    return yield* this.#tryAccess(execute ? 'hlvx' : 'hlv', at, size, null);
  }

  *tryGuestStore(at: bigint, value: bigint, size: Width): Op<Trap | null> {
    const met = yield* this.#tryAccess('hsv', at, size, value);
    return typeof met === 'bigint' ? null : met;
  }

  *amo(
    what: 'add' | 'swap' | 'or' | 'and',
    at: bigint,
    value: bigint,
    size: 4 | 8 = this.xlen === 64 ? 8 : 4,
  ): Op<bigint> {
    for (;;) {
      const why = this.access(AMO, at, size);
      if (why === null) break;
      const { page, offset } = this;
      const word = this.core.firm.words.amo(what, size);
      const raised = this.core.denied(why, page, offset, word);
      const met = yield* this.trap(raised, false, `amo${what} at ${hex(at)}`, at, value);
      if (met === 'done') return this.result;
    }
    const found = modify(this.core.executor, what, this.offset, size, value);
    if (this.waitsAt()) yield* this.paused();
    return found;
  }

  *tryReadBytes(at: bigint, count: number): Op<Uint8Array | Trap> {
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count;) {
      const part = this.#blocks.read(at + BigInt(done), bytes, done, this.#width);
      if (part > 0) done += part;
      else {
        const size = this.#blocks.sizeAt(at + BigInt(done), count - done, this.#width);
        const met = yield* this.tryLoad(at + BigInt(done), size);
        if (typeof met !== 'bigint') return met;
        for (let k = 0; k < size; k++) bytes[done + k] = Number((met >> BigInt(8 * k)) & 255n);
        done += size;
      }
    }
    if (this.interleaved()) yield* this.paused();
    return bytes;
  }

  *tryWriteBytes(at: bigint, bytes: Uint8Array): Op<Trap | null> {
    const count = bytes.length;
    for (let done = 0; done < count;) {
      const part = this.#blocks.write(at + BigInt(done), bytes, done, this.#width);
      if (part > 0) done += part;
      else {
        const size = this.#blocks.sizeAt(at + BigInt(done), count - done, this.#width);
        let value = 0n;
        for (let k = size - 1; k >= 0; k--) value = (value << 8n) | BigInt(bytes[done + k]);
        const trap = yield* this.tryStore(at + BigInt(done), value, size);
        if (trap !== null) return trap;
        done += size;
      }
    }
    if (this.progressed()) yield* this.paused();
    return null;
  }

  *zero(at: bigint, count: number): Op<void> {
    for (let done = 0; done < count;) {
      const from = at + BigInt(done);
      const part = this.#blocks.zero(from, count - done, this.#width);
      if (part > 0) done += part;
      else {
        const size = this.#blocks.sizeAt(from, count - done, this.#width);
        yield* this.store(from, 0n, size);
        done += size;
      }
    }
    if (this.progressed()) yield* this.paused();
  }

  csrr(name: string): Op<bigint> {
    return this.#csr(name, 'read', 0n);
  }

  *csrw(name: string, value: bigint): Op<void> {
    yield* this.#csr(name, 'write', value);
  }

  csrs(name: string, bits: bigint): Op<bigint> {
    return this.#csr(name, 'set', bits);
  }

  csrc(name: string, bits: bigint): Op<bigint> {
    return this.#csr(name, 'clear', bits);
  }

  *fence(name: FenceName, rs1: bigint | null = null, rs2: bigint | null = null): Op<void> {
    const { executor, firm, id } = this.core;
    for (;;) {
      const denial = executor.hart.order({ fence: name, mode: executor.mode, rs1, rs2 });
      firm.log?.fence(id, this.core.label, name, rs1, rs2);
      if (denial === null) break;
      const raised = this.core.refused(denial, firm.words.fence(name, rs1, rs2));
      const met = yield* this.trap(raised, false, name, rs1, rs2);
      if (met === 'done') return;
    }
    executor.fenced(name);
    if (this.progressed()) yield* this.paused();
  }

  *ecall(): Op<void> {
    const { executor, firm, id } = this.core;
    firm.log?.ecall(id, this.core.label, executor.mode, this.x(17), this.x(16));
    const cause = executor.hart.decisions.trap.callCause(executor.mode);
    const epc = executor.registers.pc;
    const because: Reason = 'instruction.environment';
    const raised = { cause, tval: 0n, gpa: null, tinst: 0n, gva: false, epc, because, rule: null };
    while ((yield* this.trap(raised, false, 'ecall', null, null)) !== 'done');
  }

  *wfi(): Op<void> {
    const { executor, firm } = this.core;
    for (;;) {
      const cause = deniesWfi(executor);
      if (cause === null) break;
      const raised = this.core.refused(refusal(cause), firm.words.of('wfi'));
      if ((yield* this.trap(raised, false, 'wfi', null, null)) === 'done') return;
    }
    if (isWoken(executor.hart.csrs)) return;
    executor.waiting = true;
    yield* this.paused();
  }

  *pause(): Op<void> {
    this.waits();
    yield* this.paused();
  }

  mret(): Op<never> {
    return this.#leave('mret');
  }

  sret(): Op<never> {
    return this.#leave('sret');
  }

  fired(rule: RuleId): void {
    mark(this.core.executor.hart.csrs.fired, rule);
  }

  note(event: Note): void {
    const { executor, firm, id, label } = this.core;
    count(executor.hart.counts, event);
    if (event.what === 'refused') this.core.refusal = event;
    firm.log?.note(id, label, event);
  }

  *#csr(name: string, op: CsrOp, value: bigint): Op<bigint> {
    const { executor, firm } = this.core;
    const { csrs, counts } = executor.hart;
    for (;;) {
      counts.csr++;
      csrs.inFlight = 1;
      const outcome = csrs.access(executor.mode, name, op, value);
      csrs.inFlight = 0;
      if (outcome.denial === null) {
        if (op !== 'read') {
          counts.csrw++;
          if (name.endsWith('scause')) this.core.injects = true;
          firm.log?.csr(this.hart, this.core.label, `csr${LETTER[op]}`, name, value);
          if (this.progressed()) yield* this.paused();
        } else if (this.interleaved()) yield* this.paused();
        return outcome.value;
      }
      const raised = this.core.refused(outcome.denial, firm.words.csr(name, op));
      const met = yield* this.trap(raised, false, `csr ${op} of ${name}`, value, null);
      if (met === 'done') return this.result;
    }
  }

  *#leave(name: 'mret' | 'sret'): Op<never> {
    const { executor, firm, id, label } = this.core;
    this.#forget();
    for (;;) {
      const cause = deniesReturn(executor, name === 'mret' ? 'M' : 'S');
      if (cause === null) break;
      const raised = this.core.refused(refusal(cause), firm.words.of(name));
      const met = yield* this.trap(raised, false, name, null, null);
      if (met === 'done') throw this.core.fault(`came back behind its ${name}`);
    }
    const back =
      name === 'mret' ? machineReturn : executor.mode === 'VS' ? guestReturn : supervisorReturn;
    const { csrs, decisions } = executor.hart;
    const to = back(csrs, decisions.trap);
    executor.returned(to.mode, to.pc);
    firm.log?.xret(id, label, name, to.mode, to.pc);
    yield { kind: 'left' };
    throw this.core.fault(`goes on behind its ${name}`);
  }

  /** What the handler has not written holds nothing that anybody knows. */
  #forget(): void {
    const { registers, hart, mode } = this.core.executor;
    const { seed } = this.core.firm.spec;
    const { writtenX, writtenF, clobbers } = this.running;
    for (let n = 1; n < 32; n++) {
      if (((writtenX >>> n) & 1) === 0) registers.setX(n, canary(seed, hart.id, 'x', n));
    }
    if (clobbers !== 'xf' || floatStatus(hart.csrs, mode) === 0) return;
    for (let n = 0; n < 32; n++) {
      if (((writtenF >>> n) & 1) === 0) registers.setF(n, canary(seed, hart.id, 'f', n));
    }
    markFloatDirty(hart.csrs, mode);
  }

  #needFloat(): void {
    const { hart, mode } = this.core.executor;
    if (floatStatus(hart.csrs, mode) !== 0) return;
    throw this.core.fault('uses a float register while FS is off');
  }

  *#denied(
    because: Reason,
    name: OperationName,
    at: bigint,
    size: number,
    value: bigint | null,
    isTry: boolean,
  ): Op<Met> {
    const { core, page, offset } = this;
    const raised = core.denied(because, page, offset, core.firm.words.access(name, size));
    const what = `${name} of ${size} bytes at ${hex(at)}`;
    return yield* this.trap(raised, isTry, what, at, value);
  }

  /** The value (0 of a store), or the trap. */
  *#tryAccess(
    name: 'load' | 'store' | 'hlv' | 'hlvx' | 'hsv',
    at: bigint,
    size: number,
    value: bigint | null,
  ): Op<bigint | Trap> {
    const { executor, firm } = this.core;
    const isGuest = name !== 'load' && name !== 'store';
    for (;;) {
      const denial = isGuest ? executor.hart.denies(executor.mode, name) : null;
      let met: Met;
      if (denial !== null) {
        const raised = this.core.refused(denial, firm.words.access(name, size));
        met = yield* this.trap(raised, true, `${name} at ${hex(at)}`, at, value);
      } else {
        if (value !== null) this.storing(value);
        const why = this.access(OPERATIONS[name], at, size);
        if (why === null) break;
        met = yield* this.#denied(why, name, at, size, value, true);
      }
      if (met === 'done') return value === null ? this.result : 0n;
      if (met !== 'again') return met;
    }
    const result = value === null ? this.loaded() : 0n;
    if (value === null ? this.waitsAt() : this.progressed()) yield* this.paused();
    return result;
  }

  #ownRead(at: bigint, size: number): bigint {
    const quick = this.quickLoad(at, size);
    if (quick !== null) return quick;
    for (;;) {
      const why = this.access(OPERATIONS.load, at, size);
      if (why === null) return this.loaded();
      const word = this.core.firm.words.access('load', size);
      const raised = this.core.denied(why, this.page, this.offset, word);
      const what = `load of ${size} bytes at ${hex(at)}`;
      if (this.settled(raised, what, at, null) === 'done') return this.result;
    }
  }

  #ownWrite(at: bigint, size: number, value: bigint): void {
    while (!this.quickStore(at, size, value)) {
      this.storing(value);
      const why = this.access(OPERATIONS.store, at, size);
      if (why === null) return;
      const word = this.core.firm.words.access('store', size);
      const raised = this.core.denied(why, this.page, this.offset, word);
      const what = `store of ${size} bytes at ${hex(at)}`;
      if (this.settled(raised, what, at, value) === 'done') return;
    }
  }
}

const LETTER: Readonly<Record<CsrOp, string>> = { read: 'r', write: 'w', set: 's', clear: 'c' };

const refusal = (cause: 2 | 22): Denial => ({
  cause,
  because: 'instruction.privilege',
  rule: null,
});
