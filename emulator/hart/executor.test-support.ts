/** A hart that runs assembly by a plain loop, for tests: fetch, decode, dispatch. Of unprivileged rows it knows a few. */
import type { Mode } from '../access/context.ts';
import { OPERATIONS } from '../access/kinds.ts';
import { Tally } from '../access/tally.ts';
import type { Trap } from '../access/trap.ts';
import { decisionsWith } from '../decisions.ts';
import type { Fault } from '../decisions.ts';
import { Assembler } from '../isa/assemble.ts';
import type { Decoded } from '../isa/decode.ts';
import { Decoder } from '../isa/decode.ts';
import { wholeIsa } from '../isa/extensions.ts';
import { isaOf } from '../isa/machine-isa.ts';
import { Memory } from '../memory/memory.ts';
import { Pma } from '../memory/pma.ts';
import type { Feature, Platform } from '../platform.ts';
import { newFired } from '../rules/fired.ts';
import { executeSystem } from '../system/table.ts';
import { testPlatform } from '../test-platform.ts';
import type { Flow } from './executor.ts';
import { Executor } from './executor.ts';
import { Hart } from './hart.ts';

export const RAM = 0x8000_0000n;
/** Where programs of tests begin. */
export const CODE = RAM + 0x1000n;
/** Where handlers begin by default. */
export const HANDLER = RAM + 0x2000n;

/** The loads, stores and pure rows that test programs use. */
const PURE: Readonly<Record<string, (x: (n: number) => bigint, d: Decoded) => bigint>> = {
  addi: (x, { operands }) => x(operands.rs1) + BigInt(operands.imm),
  add: (x, { operands }) => x(operands.rs1) + x(operands.rs2),
  slli: (x, { operands }) => x(operands.rs1) << BigInt(operands.imm),
  lui: (_, { operands }) => BigInt(operands.imm),
};

export class TestHart {
  readonly platform: Platform;
  readonly memory = new Memory();
  readonly hart: Hart;
  readonly executor: Executor;
  readonly traps: Trap[] = [];
  private readonly decoder: Decoder;

  constructor(
    overrides: Partial<Platform> = {},
    more: readonly Feature[] = [],
    without: readonly Feature[] = [],
    faults: readonly Fault[] = [],
  ) {
    const some = testPlatform(overrides, without);
    this.platform = { ...some, features: new Set([...some.features, ...more]) };
    const { platform, memory } = this;
    const fired = newFired();
    const pma = new Pma();
    memory.reset(platform.arena, platform.seed, 1);
    pma.reset(platform);
    const decide = decisionsWith(faults);
    this.hart = new Hart(0, memory, pma, new Tally(), fired);
    this.hart.reset(platform, decide, fired);
    this.executor = new Executor(this.hart);
    this.executor.reset(platform, memory);
    this.executor.onTrap = (trap) => {
      this.traps.push(trap);
      return false;
    };
    this.decoder = new Decoder(isaOf(platform), platform.knobs.fence_encoding);
    const { csrs } = this.hart;
    csrs.poke('pmpaddr0', ~0n);
    csrs.poke('pmpcfg0', 0x1fn);
    for (const name of ['mtvec', 'stvec', 'vstvec']) csrs.poke(name, HANDLER);
  }

  /** Writes CSRs as the bench does. */
  set(values: Readonly<Record<string, bigint>>): this {
    for (const [name, value] of Object.entries(values)) this.hart.csrs.poke(name, value);
    return this;
  }

  csr(name: string): bigint {
    return this.hart.csrs.peek(name);
  }

  store(at: bigint, bytes: Uint8Array): void {
    bytes.forEach((byte, index) => {
      const address = at + BigInt(index);
      const frame = this.memory.frame(Number(address >> 12n));
      this.memory.store(frame, Number(address & 4095n), 1, byte, 0);
    });
  }

  word(at: bigint, value: bigint, size = 8): void {
    const bytes = Array.from({ length: size }, (_, k) => Number((value >> BigInt(8 * k)) & 255n));
    this.store(at, Uint8Array.from(bytes));
  }

  /** Assembles `text` to `at`, and puts the hart there in `mode`. */
  load(text: string, mode: Mode = 'M', at = CODE): this {
    const { fence_encoding: encoding } = this.platform.knobs;
    const assembled = new Assembler(wholeIsa(this.platform.xlen), encoding).assemble(text, at);
    if (assembled.error !== null) throw new Error(`${text}: ${assembled.error.message}`);
    this.store(at, assembled.bytes);
    this.executor.mode = mode;
    this.executor.registers.pc = at;
    return this;
  }

  /** Executes so many instructions; ends early where the hart waits. */
  step(count = 1): this {
    const { executor } = this;
    executor.begin(count);
    let done = 0;
    while (done < count && !executor.waiting) {
      const flow = this.one();
      done++;
      executor.remaining = count - done;
      if (flow === 2) break;
    }
    executor.end(done, count);
    return this;
  }

  /** Loads one instruction, executes it in `mode`, and tells the trap that it took, or null. */
  try(text: string, mode: Mode): Trap | null {
    this.load(text, mode);
    this.traps.length = 0;
    this.step();
    return this.traps[0] ?? null;
  }

  private one(): Flow {
    const { executor, hart } = this;
    const { registers, mode } = executor;
    const { pc } = registers;
    const page = Number(pc >> 12n);
    const offset = Number(pc & 4095n);
    const because = hart.perform(mode, OPERATIONS.fetch, page, offset, 4);
    if (because !== null) return executor.fetchFault(because, page, offset);
    const word = hart.path.value.lo >>> 0;
    const decoded = this.decoder.decode(word);
    if (decoded === null) return executor.illegal((word & 3) === 3 ? word : word & 0xffff);
    const flow = this.execute(decoded);
    if (flow === 0) executor.advance(decoded.length);
    return flow;
  }

  private execute(decoded: Decoded): Flow {
    const { executor } = this;
    const { registers } = executor;
    const { op, operands } = decoded;
    if (op.semantics.kind === 'system') return executeSystem(executor, decoded);
    if (op.semantics.kind === 'memory') return this.access(decoded);
    const compute = PURE[op.name];
    if (compute === undefined) throw new Error(`the test hart does not execute ${op.name}`);
    registers.setX(
      operands.rd,
      BigInt.asUintN(
        registers.xlen,
        compute((n) => registers.x(n), decoded),
      ),
    );
    return 0;
  }

  private access(decoded: Decoded): Flow {
    const { executor, hart } = this;
    const { registers, cell, mode } = executor;
    const { op, operands } = decoded;
    if (op.semantics.kind !== 'memory') throw new Error(op.name);
    const { action, size } = op.semantics;
    const { path } = hart;
    cell.value = registers.x(operands.rs2);
    path.value.set(cell.lo, cell.hi);
    cell.value = BigInt.asUintN(registers.xlen, registers.x(operands.rs1) + BigInt(operands.imm));
    const { page, offset } = cell;
    const operation = {
      load: 'load',
      store: 'store',
      lr: 'lr',
      sc: 'sc',
      amo: 'amoswap',
      cas: 'amoadd',
    };
    const name = operation[action] as keyof typeof OPERATIONS;
    const because = hart.perform(mode, OPERATIONS[name], page, offset, size);
    if (because !== null) return executor.deny(because, page, offset, decoded);
    if (action !== 'store') registers.setX(operands.rd, cell.join(path.value.lo, path.value.hi));
    return 0;
  }
}
