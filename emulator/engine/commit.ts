/** What one instruction did, as commit logs list it: the registers it wrote, the memory it touched. */
import type { Mode } from '../access/context.ts';
import type { Trap } from '../access/trap.ts';
import type { CsrFile } from '../hart/csr-file.ts';
import { shadowStackGate } from '../hart/csr-shadow-stack.ts';
import { CSR_ROWS } from '../hart/csr-table.ts';
import type { Executor } from '../hart/executor.ts';
import { csrNumbers } from '../isa/csr-operands.ts';
import type { Decoded } from '../isa/decode.ts';

/** Sees each instruction of observed harts before and after it executes. */
export interface Witness {
  /** `decoded` null: illegal. Not called where nothing could be fetched. */
  begins(executor: Executor, decoded: Decoded | null, word: number): void;
  /** It is done, or has trapped. */
  ends(executor: Executor): void;
}

/** `number`: of the register, or of the CSR. */
export interface RegisterWrite {
  readonly kind: 'x' | 'f' | 'csr';
  readonly number: number;
  readonly name: string;
  readonly value: bigint;
}

/** A virtual address; `stored`: what was stored there, null for a load. */
export interface Access {
  readonly address: bigint;
  readonly size: number;
  readonly stored: bigint | null;
}

/** An instruction that retired. */
export interface Commit {
  readonly hart: number;
  readonly xlen: 32 | 64;
  /** Bits of its float registers; 0: it has none. */
  readonly flen: 0 | 32 | 64;
  /** The mode that executed it. */
  readonly mode: Mode;
  readonly pc: bigint;
  readonly word: number;
  readonly length: 2 | 4;
  /** By number, x before f before CSRs. */
  readonly writes: readonly RegisterWrite[];
  /** Loads before stores. */
  readonly accesses: readonly Access[];
}

/** CSRs that float instructions change by the way. */
const ASIDE = ['fflags', 'mstatus'] as const;
const ORDER = { x: 0, f: 1, csr: 4 } as const;

/** Who is told. */
export interface CommitLog {
  retired(commit: Commit): void;
  trapped(hart: number, trap: Trap): void;
}

/** Tells of each instruction that retired, and of the traps between them, in their order. */
export class Recorder implements Witness {
  readonly #log: CommitLog;
  #decoded: Decoded | null = null;
  #word = 0;
  #pc = 0n;
  #mode: Mode = 'M';
  /** Exceptions of the hart so far: an instruction that raises one does not retire. */
  #trapped = 0;
  #loads: Access[] = [];
  #stores: Access[] = [];
  readonly #aside = new Map<string, bigint>();
  /** Interrupts taken right behind the instruction in progress. */
  readonly #late: Trap[] = [];

  constructor(log: CommitLog) {
    this.#log = log;
  }

  /** To be called for each trap that is taken. */
  trapped(hart: number, trap: Trap): void {
    if (this.#decoded !== null && trap.interrupt === true) this.#late.push(trap);
    else this.#log.trapped(hart, trap);
  }

  begins(executor: Executor, decoded: Decoded | null, word: number): void {
    this.#decoded = decoded;
    if (decoded === null) return;
    const { hart, mode, registers } = executor;
    this.#word = word;
    this.#pc = registers.pc;
    this.#mode = mode;
    this.#trapped = hart.csrs.trapped;
    if (this.#loads.length > 0) this.#loads = [];
    if (this.#stores.length > 0) this.#stores = [];
    this.#aside.clear();
    const { kind } = decoded.op.semantics;
    if (kind === 'memory' || kind === 'system') this.#reach(executor, decoded);
    if (!isFloat(decoded)) return;
    for (const name of ASIDE) this.#aside.set(name, hart.csrs.peek(name));
  }

  ends(executor: Executor): void {
    const decoded = this.#decoded;
    this.#decoded = null;
    const { csrs, id } = executor.hart;
    if (decoded !== null && csrs.trapped === this.#trapped) this.#retire(executor, decoded);
    for (const trap of this.#late.splice(0)) this.#log.trapped(id, trap);
  }

  #retire(executor: Executor, decoded: Decoded): void {
    const { csrs, id } = executor.hart;
    const { features } = csrs.platform;
    this.#log.retired({
      hart: id,
      xlen: executor.registers.xlen,
      flen: features.has('D') ? 64 : features.has('F') ? 32 : 0,
      mode: this.#mode,
      pc: this.#pc,
      word: this.#word >>> 0,
      length: decoded.length,
      writes: this.#writes(executor, decoded),
      accesses: [...this.#loads, ...this.#stored(executor, decoded)],
    });
  }

  /** The memory that the instruction is going to touch. */
  #reach({ registers, hart, mode }: Executor, { op, operands }: Decoded): void {
    const { semantics } = op;
    const { rs1, rs2, imm } = operands;
    const address = BigInt.asUintN(registers.xlen, registers.x(rs1) + BigInt(imm));
    const load = (at: bigint, size: number) => {
      this.#loads.push({ address: at, size, stored: null });
    };
    const store = (at: bigint, size: number, value: bigint) => {
      this.#stores.push({ address: at, size, stored: BigInt.asUintN(8 * size, value) });
    };
    if (semantics.kind === 'memory') {
      const { action, size, extend } = semantics;
      if (action === 'load' || action === 'lr') load(address, size);
      else if (action === 'store') {
        store(address, size, extend === 'float' ? registers.f(rs2) : registers.x(rs2));
      } else if (action === 'sc') store(address, size, registers.x(rs2));
      else {
        load(address, size);
        store(address, size, 0n);
      }
    } else if (semantics.kind === 'system') {
      const [name, size] = semantics.args;
      if (semantics.call === 'load') load(registers.x(rs1), Number(size));
      else if (semantics.call === 'store') store(registers.x(rs1), Number(size), registers.x(rs2));
      else if (semantics.call === 'shadow' && isShadowed(hart.csrs, mode)) {
        const width = registers.xlen / 8;
        const ssp = hart.csrs.raw('ssp');
        if (name === 'push') store(ssp - BigInt(width), width, registers.x(rs2));
        else if (name === 'check') load(ssp, width);
      }
    }
  }

  /** What was stored in the end. */
  #stored({ registers, hart, cell }: Executor, { op, operands }: Decoded): readonly Access[] {
    const { semantics } = op;
    if (semantics.kind !== 'memory') return this.#stores;
    const { action } = semantics;
    if (action === 'sc') {
      const failed = operands.rd !== 0 && registers.x(operands.rd) !== 0n;
      return failed ? [] : this.#stores;
    }
    if (action !== 'amo' && action !== 'cas') return this.#stores;
    // What an atomic operation left is in memory: the page accessed last holds it.
    const { physical, page } = hart.port;
    const frame = physical.targetOf(page);
    return this.#stores.map(({ address, size }) => {
      if (frame < 0) return { address, size, stored: null };
      let value = 0n;
      for (let k = 0; k < size; k += 4) {
        physical.memory.load(frame, Number(address & 4095n) + k, 4);
        value |= BigInt.asUintN(32, cell.join(physical.memory.lo, 0)) << BigInt(8 * k);
      }
      return { address, size, stored: value };
    });
  }

  #writes({ registers, hart }: Executor, { op, operands }: Decoded): RegisterWrite[] {
    const writes: RegisterWrite[] = [];
    for (const { text, slot } of op.pieces) {
      if (slot !== 'rd') continue;
      const { rd } = operands;
      if (text.startsWith('f')) {
        writes.push({ kind: 'f', number: rd, name: `f${rd}`, value: registers.f(rd) });
      } else if (rd !== 0) {
        writes.push({ kind: 'x', number: rd, name: `x${rd}`, value: registers.x(rd) });
      }
    }
    const { semantics } = op;
    if (semantics.kind === 'memory' && semantics.size * 8 > registers.xlen) {
      const second = operands.rd + 1;
      const isPair = semantics.action === 'cas' && operands.rd !== 0;
      const value = isPair ? registers.x(second) : 0n;
      if (isPair) writes.push({ kind: 'x', number: second, name: `x${second}`, value });
    }
    if (semantics.kind !== 'system' && this.#aside.size === 0) return writes;
    const { csrs } = hart;
    const csr = (name: string) => {
      const number = csrNumbers().get(name) ?? 0;
      writes.push({ kind: 'csr', number, name, value: csrs.peek(name) });
    };
    if (semantics.kind === 'system' && semantics.call === 'csr') {
      const isImmediate = semantics.args[1] === 'imm';
      const isWrite = semantics.args[0] === 'write';
      if (isWrite || (isImmediate ? operands.imm : operands.rs1) !== 0)
        csr(written(operands.csr, this.#mode));
    } else if (semantics.kind === 'system' && semantics.call === 'xret') {
      const level = semantics.args[0];
      csr(level === 'NMI' ? 'mnstatus' : this.#mode === 'VS' ? 'vsstatus' : 'mstatus');
    }
    const isShadow = semantics.kind === 'system' && semantics.call === 'shadow';
    if (isShadow && this.#loads.length + this.#stores.length > 0) csr('ssp');
    for (const [name, before] of this.#aside) if (csrs.peek(name) !== before) csr(name);
    const place = ({ number, kind }: RegisterWrite) => number * 16 + ORDER[kind];
    return writes.sort((a, b) => place(a) - place(b));
  }
}

/** Whether shadow-stack instructions do anything. */
function isShadowed(csrs: CsrFile, mode: Mode): boolean {
  return csrs.has('ssp') && mode !== 'M' && shadowStackGate(csrs, mode) === null;
}

/** The CSR that an instruction with this number writes: in a guest that of VS. */
function written(number: number, mode: Mode): string {
  const row = CSR_ROWS.find((candidate) => candidate.number === number);
  if (row === undefined) return `unknown_${number.toString(16)}`;
  return (mode === 'VS' || mode === 'VU' ? row.virtual : null) ?? row.name;
}

/** Whether it may change fflags, or make the float registers dirty. */
function isFloat({ op }: Decoded): boolean {
  const { semantics, pieces } = op;
  if (semantics.kind === 'system' && semantics.call === 'float') return true;
  return pieces.some(({ slot, text }) => slot === 'rd' && text.startsWith('f'));
}
