/** A machine of one or more harts without its shell: for tests of the engine. */
import { Tally } from '../access/tally.ts';
import type { Mode } from '../access/context.ts';
import { decisionsWith } from '../decisions.ts';
import { Executor } from '../hart/executor.ts';
import { Hart } from '../hart/hart.ts';
import { Assembler } from '../isa/assemble.ts';
import { isaOf } from '../isa/machine-isa.ts';
import { Memory } from '../memory/memory.ts';
import { Pma } from '../memory/pma.ts';
import type { Platform } from '../platform.ts';
import { newFired } from '../rules/fired.ts';
import { testPlatform } from '../test-platform.ts';
import { Engine } from './run.ts';

/** Where programs are put. */
export const ORIGIN = 0x8000_0000n;

export class World {
  readonly platform: Platform;
  readonly memory = new Memory();
  readonly engine = new Engine(this.memory);
  readonly executors: readonly Executor[];
  readonly #assembler: Assembler;

  constructor(overrides: Partial<Platform> = {}, hasWays = true) {
    const platform = testPlatform(overrides);
    this.platform = platform;
    const pma = new Pma();
    const [tally, fired, decide] = [new Tally(), newFired(), decisionsWith([])];
    this.memory.reset(platform.arena, platform.seed, platform.harts);
    pma.reset(platform);
    this.executors = Array.from({ length: platform.harts }, (_, id) => {
      const hart = new Hart(id, this.memory, pma, tally, fired);
      hart.reset(platform, decide, fired);
      const executor = new Executor(hart);
      executor.reset(platform, this.memory);
      return executor;
    });
    this.engine.reset(platform, this.executors, hasWays);
    this.#assembler = new Assembler(isaOf(platform));
  }

  get hart(): Executor {
    return this.executors[0];
  }

  /** Assembles a program to an address; returns its labels. */
  load(text: string, at = ORIGIN): ReadonlyMap<string, bigint> {
    const assembled = this.#assembler.assemble(text, at);
    if (assembled.error !== null) {
      throw new Error(`${assembled.error.line}: ${assembled.error.message}`);
    }
    assembled.bytes.forEach((byte, k) => this.store(at + BigInt(k), 1, BigInt(byte)));
    return assembled.labels;
  }

  /** Puts a hart at a pc. */
  start(pc = ORIGIN, mode: Mode = 'M', executor = this.hart): void {
    executor.registers.pc = pc;
    executor.mode = mode;
    executor.parked = false;
  }

  store(at: bigint, size: number, value: bigint): void {
    const frame = this.memory.frame(Number(at >> 12n));
    const low = Number(BigInt.asIntN(32, value));
    const high = Number(BigInt.asIntN(32, value >> 32n));
    this.memory.store(frame, Number(at & 4095n), size, low, high);
  }

  read(at: bigint, size: number): bigint {
    this.memory.load(this.memory.frame(Number(at >> 12n)), Number(at & 4095n), size);
    const low = BigInt(this.memory.lo >>> 0);
    return low | (BigInt(this.memory.hi >>> 0) << 32n);
  }
}
