/** A hart as plainly as the manuals tell it: one step fetches, decodes, executes, and takes what traps. */
import { attempt } from './access.ts';
import { executeAtomic } from './atomic.ts';
import { expand } from './compressed.ts';
import { executeBranch, executeJal, executeJalr, executeUpper } from './control-flow.ts';
import { CSRS } from './csr-list.ts';
import { Exception } from './exception.ts';
import { executeFloat, executeFused } from './float-execute.ts';
import { HartCore } from './hart-core.ts';
import { executeOpImm, executeOpImm32 } from './immediate-operations.ts';
import { executeFloatLoad, executeFloatStore, executeLoad, executeStore } from './load-store.ts';
import { OracleMemory } from './memory.ts';
import { executeMiscMemory } from './misc-memory.ts';
import type { Event } from './plain-state.ts';
import { executeOp, executeOp32 } from './register-operations.ts';
import { executeSystem } from './system.ts';
import { nextInterrupt, takeException, takeInterrupt } from './trap-entry.ts';
import type { Taken } from './trap-entry.ts';

/** By opcode. */
const OPCODES: Readonly<Record<number, (h: HartCore, word: number) => void>> = {
  0x03: executeLoad,
  0x07: executeFloatLoad,
  0x0f: executeMiscMemory,
  0x13: executeOpImm,
  0x17: executeUpper,
  0x1b: executeOpImm32,
  0x23: executeStore,
  0x27: executeFloatStore,
  0x2f: executeAtomic,
  0x33: executeOp,
  0x37: executeUpper,
  0x3b: executeOp32,
  0x43: executeFused,
  0x47: executeFused,
  0x4b: executeFused,
  0x4f: executeFused,
  0x53: executeFloat,
  0x63: executeBranch,
  0x67: executeJalr,
  0x6f: executeJal,
  0x73: executeSystem,
};

export class PlainHart extends HartCore {
  /** mcountinhibit when the step began: a write counts from the next instruction on. */
  #inhibit = 0n;

  /** One instruction, or one interrupt. */
  step(): Event {
    this.memory.written.clear();
    this.effects = { csr: [], memory: [], rd: null };
    this.counted = { cycle: false, instret: false };
    const { pc, mode: from } = this;
    this.#inhibit = this.c.mcountinhibit;
    const interrupt = nextInterrupt(this);
    if (interrupt !== null) {
      const taken = takeInterrupt(this, interrupt.code, interrupt.to);
      return this.#trapped(taken, pc, from, null);
    }
    let fetched = false;
    try {
      this.#fetch();
      fetched = true;
      this.execute();
    } catch (error) {
      if (!(error instanceof Exception)) throw error;
      const taken = takeException(this, error);
      return this.#trapped(taken, pc, from, fetched ? this.raw : null);
    }
    this.pc = this.next;
    this.#count(true);
    const { effects, raw: word } = this;
    const value = effects.rd === null ? 0n : this.#register(effects.rd);
    return { kind: 'retired', pc, word, rd: effects.rd, value, effects };
  }

  /** Whether the next step is an interrupt. */
  get isInterrupted(): boolean {
    return nextInterrupt(this) !== null;
  }

  #register(n: number): bigint {
    return n < 32 ? this.get(n) : (this.f[n - 32] ?? 0n);
  }

  #count(retired: boolean): void {
    const { c, counted } = this;
    const inhibited = (n: bigint) => ((this.#inhibit >> n) & 1n) === 1n;
    if (!counted.cycle && !inhibited(0n)) c.mcycle = BigInt.asUintN(64, c.mcycle + 1n);
    if (retired && !counted.instret && !inhibited(2n)) {
      c.minstret = BigInt.asUintN(64, c.minstret + 1n);
    }
  }

  #trapped(taken: Taken, pc: bigint, from: HartCore['mode'], word: number | null): Event {
    // An interrupt takes no cycle: the counter goes up with instructions.
    if (!taken.interrupt) this.#count(false);
    const { interrupt, code: cause, tval, tval2, tinst, to } = taken;
    return { kind: 'trap', pc, word, interrupt, cause, tval, tval2, tinst, from, to };
  }

  /** Two bytes at a time, the second two only when the first say so. */
  #fetch(): void {
    if (!this.has('C')) {
      // Two bytes that say so are an instruction of their own, if an illegal one.
      const whole = Number(this.#parcel(this.pc, 4));
      this.length = (whole & 3) === 3 ? 4 : 2;
      this.raw = this.length === 4 ? whole : whole & 0xffff;
      return;
    }
    const low = Number(this.#parcel(this.pc, 2));
    this.length = (low & 3) === 3 ? 4 : 2;
    if (this.length === 2) this.raw = low;
    else {
      const high = Number(this.#parcel(BigInt.asUintN(this.xlen, this.pc + 2n), 2));
      this.raw = (low | (high << 16)) >>> 0;
    }
  }

  #parcel(address: bigint, size: number): bigint {
    const scratch = new OracleMemory((at, bytes) => this.memory.read(at, bytes));
    const request = { operation: 'fetch', address, size, value: 0n, reserved: false };
    const result = attempt(this.view(), scratch, { ...request, mode: this.mode });
    this.memory.commit(scratch.bytes);
    if ('value' in result) return result.value;
    const { cause, tval, gpa, tinst, gva } = result.trap;
    throw new Exception(cause, tval, { gpa, tinst, gva });
  }

  /** The instruction in `raw`, at `pc`. */
  execute(): void {
    const short = this.length === 2 && this.has('C') ? expand(this.raw, this) : null;
    this.word = this.length === 4 ? this.raw : (short ?? this.illegal());
    this.next = BigInt.asUintN(this.xlen, this.pc + BigInt(this.length));
    const run = (this.word & 3) === 3 ? OPCODES[this.word & 0x7f] : undefined;
    if (run === undefined) this.illegal();
    else run(this, this.word);
  }

  /** What a CSR reads as, whatever the mode; null when there is none of that number. */
  peek(number: number): bigint | null {
    const csr = CSRS.get(number);
    return csr?.exists(this) === true ? csr.read(this) : null;
  }

  /** Writes a CSR by its own rules, whatever the mode. */
  poke(number: number, value: bigint): void {
    const csr = CSRS.get(number);
    if (csr?.exists(this) !== true) throw new Error(`no CSR 0x${number.toString(16)}`);
    csr.write(this, BigInt.asUintN(this.xlen, value));
    this.stale();
  }
}
