/**
 * Runs harts: generated code until it returns, TypeScript for what it returned for, and again. Slices are exact to one
 * instruction. Whether ways serve changes nothing that can be observed but the time.
 */
import type { Executor, Flow } from '../hart/executor.ts';
import { floatStatus, markFloatDirty } from '../hart/float-state.ts';
import type { Decoder } from '../isa/decode.ts';
import { decoderOf } from '../isa/decode.ts';
import type { Isa } from '../isa/extensions.ts';
import { isaOf } from '../isa/machine-isa.ts';
import { CELL } from '../memory/layout.ts';
import type { Arena } from '../memory/arena.ts';
import type { Memory } from '../memory/memory.ts';
import type { Platform } from '../platform.ts';
import { executeSystem } from '../system/table.ts';
import { CodePages } from './code-pages.ts';
import { Core } from './core.ts';
import { fetch, FETCHED } from './fetch.ts';
import type { FetchRules } from './fetch.ts';
import { EXIT, Handlers } from './handlers.ts';
import { interpreterModule } from './interpreter.ts';
import { executeMemory, floatOff } from './memory-rows.ts';
import { Watch } from './watch.ts';
import type { Witness } from './commit.ts';
import { wasm } from './web-assembly.ts';
import type { WasmModule } from './web-assembly.ts';

/** Generated code is replaced by better code only when it is entered anew: it returns after so many instructions. */
const FIRST_PORTION = 10_000;
const PORTION = 1_000_000;

/** What is generated from an instruction set. */
interface Generated {
  readonly handlers: Handlers;
  readonly decoder: Decoder;
  readonly module: WasmModule;
}

const known = new Map<Isa, Partial<Record<string, Generated>>>();

/** Made when first asked for, once per instruction set. */
function generated(platform: Platform): Generated {
  const isa = isaOf(platform);
  const encoding = platform.knobs.fence_encoding;
  const byEncoding = known.get(isa) ?? {};
  known.set(isa, byEncoding);
  return (byEncoding[encoding] ??= generate(isa, encoding));
}

function generate(isa: Isa, encoding: Platform['knobs']['fence_encoding']): Generated {
  const handlers = new Handlers(isa, encoding);
  const module = new wasm.Module(interpreterModule(isa.xlen, handlers));
  return { handlers, decoder: decoderOf(isa, encoding), module };
}

/** Generated code of an arena: instances are made once. */
interface Instance {
  readonly arena: Arena;
  readonly generated: Generated;
  readonly run: (cells: number, ways: number) => number;
}

export class Engine {
  readonly #memory: Memory;
  #instance: Instance | null = null;
  #cores: readonly Core[] = [];
  #code: CodePages | null = null;
  #watch: Watch | null = null;
  #rules: FetchRules = { isCompressed: true, keepsCode: false };
  /** The policy gives entries up at the beginning of a slice. */
  #forgets = false;
  #portion = FIRST_PORTION;
  #witness: Witness | null = null;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** After each reset of a machine, before its first instruction. `hasWays` false: harts are observed at all times. */
  reset(platform: Platform, executors: readonly Executor[], hasWays: boolean): void {
    const { block } = this.#memory;
    const made = generated(platform);
    if (this.#instance?.arena !== block || this.#instance.generated !== made) {
      const { exports } = new wasm.Instance(made.module, { engine: { memory: block.memory } });
      this.#instance = { arena: block, generated: made, run: exports['run'] };
      this.#code = new CodePages(this.#memory, made.handlers, made.decoder);
    }
    const code = this.#code!;
    code.clear();
    const keepsCode = platform.caching === 'retain';
    this.#rules = { isCompressed: made.handlers.isCompressed, keepsCode };
    this.#forgets = platform.caching === 'random';
    this.#witness = null;
    block.touchRegisters();
    // Which entries `sized` gives up depends on every access: all must be seen.
    const mayServe = hasWays && platform.caching !== 'sized';
    this.#cores = executors.map((executor) => new Core(executor, mayServe));
    this.#watch = new Watch(this.#cores, code, keepsCode);
    this.#memory.watchFor(this.#watch);
  }

  /** Whether every access of harts must be seen: no way serves then. */
  observe(isObserved: boolean): void {
    for (const core of this.#cores) core.observe(isObserved);
  }

  /** Shows every instruction to somebody, until the next reset. */
  showTo(witness: Witness): void {
    this.#witness = witness;
    this.observe(true);
  }

  /**
   * Executes at most `budget` instructions of a hart from its pc on; returns how many, trapping ones included. Fewer
   * when an instruction ends the slice.
   */
  run(executor: Executor, budget: number): number {
    const core = this.#begin(executor, budget);
    core.lookUp();
    const { port } = executor.hart;
    port.inProgram = true;
    try {
      return this.#slice(core, budget);
    } finally {
      port.inProgram = false;
    }
  }

  /** Executes one instruction that lies nowhere, as if it had been fetched at the pc. */
  execute(executor: Executor, word: number): void {
    const core = this.#cores[executor.hart.id];
    core?.suspend(true);
    this.#begin(executor, 1);
    const position = core.cells + CELL.single;
    this.#code!.write(executor.hart.id, position, word, -1);
    core.stand(position, true);
    try {
      this.#slice(core, 1);
    } finally {
      core.suspend(false);
    }
  }

  #begin(executor: Executor, budget: number): Core {
    const core = this.#cores[executor.hart.id];
    const code = this.#code;
    if (core === undefined || code === null) throw new Error('an engine runs after its reset');
    if (code.isFull) this.#decodeAnew(code);
    executor.begin(budget);
    if (this.#forgets) executor.hart.ways.drop();
    this.#refresh(core);
    return core;
  }

  #slice(core: Core, budget: number): number {
    const { executor } = core;
    const watch = this.#watch!;
    watch.current = core;
    try {
      this.#loop(core);
    } finally {
      watch.current = null;
    }
    const steps = budget - core.remaining;
    executor.end(steps, budget);
    return steps;
  }

  #loop(core: Core): void {
    const { run } = this.#instance!;
    const { ways } = core.executor.hart;
    for (;;) {
      const left = core.remaining;
      if (left === 0) return;
      const portion = core.isStepping ? 1 : Math.min(left, this.#portion);
      core.remaining = portion;
      const why = run(core.cells, ways.base);
      core.remaining += left - portion;
      if (why === EXIT.budget) {
        if (core.isStepping) {
          core.lookUp();
          this.#witness?.ends(core.executor);
        } else if (portion === this.#portion) this.#portion = Math.min(portion * 10, PORTION);
      } else if (this.#serve(core, why) === 2) return;
    }
  }

  /** Does what generated code returned for. 2: the slice is over. */
  #serve(core: Core, why: number): Flow {
    const { executor } = core;
    const code = this.#code!;
    const { record } = core;
    switch (why) {
      case EXIT.undecoded:
        code.decode(executor.hart.id, record);
        return 0;
      case EXIT.fetch:
      case EXIT.straddle: {
        core.lookUp();
        if (core.remaining === 0) return 2;
        if (code.isFull) this.#decodeAnew(code);
        const flow = fetch(core, code, this.#rules);
        if (flow !== FETCHED) return this.#finish(core, flow, 0);
        if (this.#witness !== null) {
          const { decoded, word } = code.at(core.record);
          this.#witness.begins(executor, decoded, word);
        }
        return 0;
      }
      case EXIT.target: {
        const { addressLow, addressHigh } = core;
        const target = executor.cell.join(addressLow, addressHigh);
        return this.#finish(core, executor.misalignedTarget(target), 0);
      }
    }
    const { decoded, word } = code.at(record);
    if (decoded === null) return this.#finish(core, executor.illegal(word), 0);
    if (why === EXIT.call)
      return this.#finish(core, executeSystem(executor, decoded), decoded.length);
    if (why === EXIT.float && decoded.op.semantics.kind === 'pure') {
      const { csrs } = executor.hart;
      if (floatStatus(csrs, executor.mode) === 0) {
        return this.#finish(core, floatOff(executor, decoded), 0);
      }
      // It writes a float register, and cannot trap: so it may be said before.
      markFloatDirty(csrs, executor.mode);
      this.#refresh(core);
      return 0;
    }
    const flow = executeMemory(executor, decoded);
    const { attention } = executor.hart.csrs;
    const after = attention ? executor.attend(decoded.length, flow) : flow;
    return this.#finish(core, after, decoded.length);
  }

  /** An instruction is done, or trapped. */
  #finish(core: Core, flow: Flow, length: number): Flow {
    core.remaining--;
    if (flow === 0) core.next(length);
    else core.lookUp();
    this.#refresh(core);
    this.#witness?.ends(core.executor);
    return flow;
  }

  #refresh(core: Core): void {
    const isFenced = core.refresh();
    if (!isFenced || !this.#rules.keepsCode) return;
    this.#code!.forget(core.executor.hart.id);
    core.lookUp();
  }

  #decodeAnew(code: CodePages): void {
    code.clear();
    for (const { executor } of this.#cores) executor.hart.ways.drop();
    for (const core of this.#cores) core.refresh();
  }
}
