/** A root alone on the real machine: its handler is driven operation by operation, domains are assembled programs. */
import { expect } from 'vitest';
import type { OperationName } from '../../access/kinds.ts';
import type { Trap } from '../../access/trap.ts';
import { Assembler } from '../../isa/assemble.ts';
import { wholeIsa } from '../../isa/extensions.ts';
import { Machine } from '../../machine.ts';
import type { Platform } from '../../platform.ts';
import { testPlatform } from '../../test-platform.ts';
import { PageTable } from '../../translate/build.ts';
import { STAGE_GEOMETRIES } from '../../translate/geometry.ts';
import type { Note, Op, Port } from '../port.ts';
import type { FirmwareSpec } from '../spec.ts';
import { FIRMWARE_DECISIONS } from '../decisions.ts';
import type { RootDecisions } from './decisions.ts';
import { root } from './root.ts';

const RAM = 0x8000_0000n;
const SIZE = 0x1000_0000n;
const ONES = (1n << 64n) - 1n;
const SRET = 0x1020_0073;
/** Memory of the host, of another domain, of the root, and for tables. */
export const HOST = RAM;
export const HOST_SIZE = 0x200_0000n;
export const OTHER = RAM + 0x400_0000n;
const ROOT = RAM + 0x800_0000n;
const TABLES = RAM + 0xa00_0000n;
const BUILT = RAM + 0xb00_0000n;

const assembler = new Assembler(wholeIsa(64));

export interface Options {
  readonly platform?: Partial<Platform>;
  readonly spec?: Partial<FirmwareSpec>;
  readonly decide?: Partial<RootDecisions>;
}

export class RootWorld {
  readonly machine = new Machine();
  readonly spec: FirmwareSpec;
  readonly notes: Note[] = [];
  /** Traps that came to the root, by cause; interrupts as negative numbers. */
  readonly traps: number[] = [];
  readonly #decide;
  #next = BUILT;

  constructor({ platform = {}, spec = {}, decide = {} }: Options = {}) {
    const all = testPlatform({ arena: 1 << 24, ...platform });
    expect(this.machine.reset(all)).toBeNull();
    const domains = [
      { name: 'host', sdid: 0, kind: 'host' as const, memory: null },
      { name: 'other', sdid: 1, kind: 'plain' as const, memory: null },
    ];
    const tables = [this.table(), this.table()];
    tables[0].map(HOST, HOST, HOST_SIZE, 7, { user: true });
    tables[1].map(OTHER, OTHER, HOST_SIZE, 7, { user: true });
    this.spec = {
      model: 'rdsm_hs',
      xlen: 64,
      harts: all.harts,
      ram: all.ram,
      aliases: [],
      rdsm: { base: RAM + SIZE - 0x8_0000n, size: 0x8_0000n },
      root: { base: ROOT, size: 0x8_0000n + 64n * 4096n },
      tables: { base: TABLES, size: 0x10_0000n },
      domains: domains.map((domain, k) => ({
        ...domain,
        mmpt: (8n << 60n) | (BigInt(k + 1) << 44n) | (tables[k].root >> 12n),
      })),
      mpt: null,
      l3Valid: true,
      gstage: 'sv39x4',
      features: all.features,
      vmidlen: all.vmidlen,
      sdidlen: all.sdidlen,
      tsm: { profile: 'spec', state: 'ready', maxVcpus: 8, interruptible: true },
      clint: null,
      uart: null,
      finisher: null,
      schedule: null,
      amnesia: true,
      seed: 1,
      nacl: new Set(),
      shadowPages: 64,
      acceleration: new Set(),
      ...spec,
    };
    this.#decide = {
      ...FIRMWARE_DECISIONS,
      root: { ...FIRMWARE_DECISIONS.root, ...decide },
    };
    for (let hart = 0; hart < all.harts; hart++) this.#boot(hart);
    this.traps.length = 0;
    this.notes.length = 0;
  }

  /** A G-stage table built by the bench. */
  table(): PageTable {
    const made = PageTable.create(STAGE_GEOMETRIES.sv39x4, this.#memory, this.#allocator);
    if (typeof made === 'string') throw new Error(made);
    return made;
  }

  /** Puts a program into memory; its labels. */
  load(at: bigint, text: string): ReadonlyMap<string, bigint> {
    const made = assembler.assemble(text, at);
    if (made.error !== null) throw new Error(made.error.message);
    this.machine.writeBytes(at, Uint8Array.from(made.bytes));
    return made.labels;
  }

  /** Runs the software of the present domain from `pc` in VS-mode until the hart is at `end`. */
  run(pc: bigint, end: bigint, hart = 0): void {
    this.machine.start(hart, { mode: 'VS', pc });
    this.goOn(end, hart);
  }

  goOn(end: bigint, hart = 0): void {
    const handler = this.spec.root!.base;
    const until = [end, handler].map((at) => ({ hart, pc: at }));
    for (let count = 0; count < 5000; count++) {
      const stop = this.machine.run({ steps: 100_000, until, stopAtTrap: () => false });
      if (stop.why !== 'until') throw new Error(`stopped: ${stop.why}`);
      if (this.machine.readRegister(hart, 'pc') === end) return;
      this.#handle(hart);
    }
    throw new Error('it does not come to an end');
  }

  x(number: number, hart = 0): bigint {
    return this.machine.readRegister(hart, `x${number}`);
  }

  /** Notes on shadow tables, summed: entries by event, and the references of fills. */
  shadow(): { fill: number; flush: number; evict: number; references: number } {
    const sum = { fill: 0, flush: 0, evict: 0, references: 0 };
    for (const note of this.notes) {
      if (note.what !== 'shadow') continue;
      sum[note.event] += note.entries;
      sum.references += note.references ?? 0;
    }
    return sum;
  }

  #boot(hart: number): void {
    const { machine } = this;
    const poke = (name: string, value: bigint) => machine.pokeCsr(hart, name, value);
    poke('pmpaddr0', 0x3f_ffff_ffff_ffffn);
    poke('pmpcfg0', 0x1fn);
    poke('medeleg', ~(1n << 9n));
    poke('mideleg', 0x666n);
    poke('mcounteren', 7n);
    poke('menvcfg', ONES & ~(1n << 61n));
    const handler = this.#handler();
    machine.park(hart);
    this.#drive(hart, handler.boot(this.#port(hart)));
  }

  #handler() {
    return root(this.spec, 0, this.#decide);
  }

  #handle(hart: number): void {
    const cause = this.machine.peekCsr(hart, 'scause');
    this.traps.push(cause >> 63n === 1n ? -Number(cause & 63n) : Number(cause));
    this.machine.park(hart);
    this.#drive(hart, this.#handler().handle(this.#port(hart)));
  }

  /** Runs a handler to its sret and lets the hart go on where that leads. */
  #drive(hart: number, op: Op<void>): void {
    for (let step = op.next('again'); step.done !== true; step = op.next('again')) {
      if (step.value.kind === 'left') break;
    }
    const { trap } = this.machine.execute(hart, { mode: 'S', word: SRET });
    if (trap !== null) throw new Error(`sret: ${trap.because}`);
    const mode = this.machine.execution.mode(hart);
    this.machine.start(hart, { mode, pc: this.machine.readRegister(hart, 'pc') });
  }

  #port(hart: number): Port {
    const { machine, notes } = this;
    const access = (operation: OperationName, address: bigint, size: number, value = 0n) => {
      const result = machine.attempt(hart, { mode: 'S', operation, address, size, value });
      return result.trap ?? result.value;
    };
    const sure = (result: bigint | Trap): bigint => {
      if (typeof result !== 'bigint')
        throw new Error(`the root trapped: ${JSON.stringify(result.because)}`);
      return result;
    };
    const csr = (name: string, op: 'read' | 'write' | 'set' | 'clear', value: bigint) => {
      const result = machine.csr(hart, { mode: 'S', name, op, value });
      if (result.trap !== null) throw new Error(`${op} of ${name}: ${result.trap.because}`);
      return result.value;
    };
    const asStored = (result: bigint | Trap) => (typeof result === 'bigint' ? null : result);
    function* at<T>(value: () => T): Op<T> {
      yield { kind: 'yield' };
      return value();
    }
    function* left(): Op<never> {
      yield { kind: 'left' };
      throw new Error('it went on behind its sret');
    }
    const refuse = (): never => {
      throw new Error('the root does not do this');
    };
    return {
      xlen: 64,
      hart,
      x: (number) => machine.readRegister(hart, `x${number}`),
      setX: (number, value) => machine.writeRegister(hart, `x${number}`, value),
      f: refuse,
      setF: refuse,
      load: (address, size = 8) => at(() => sure(access('load', address, size))),
      store: (address, value, size = 8) =>
        at(() => void sure(access('store', address, size, value))),
      tryLoad: (address, size = 8) => at(() => access('load', address, size)),
      tryStore: (address, value, size = 8) =>
        at(() => asStored(access('store', address, size, value))),
      amo: refuse,
      tryReadBytes: refuse,
      tryWriteBytes: refuse,
      zero: (address, count) =>
        at(() => {
          for (let k = 0; k < count; k += 8) sure(access('store', address + BigInt(k), 8));
        }),
      own: {
        read: (address, size) => sure(access('load', address, size)),
        write: (address, size, value) => void sure(access('store', address, size, value)),
      },
      csrr: (name) => at(() => csr(name, 'read', 0n)),
      csrw: (name, value) => at(() => void csr(name, 'write', value)),
      csrs: (name, bits) => at(() => csr(name, 'set', bits)),
      csrc: (name, bits) => at(() => csr(name, 'clear', bits)),
      fence: (fence, rs1 = null, rs2 = null) =>
        at(() => {
          const { trap } = machine.fence(hart, { fence, mode: 'S', rs1, rs2 });
          if (trap !== null) throw new Error(`${fence}: ${trap.because}`);
        }),
      tryGuestLoad: (address, size, execute = false) =>
        at(() => access(execute ? 'hlvx' : 'hlv', address, size)),
      tryGuestStore: (address, value, size) =>
        at(() => asStored(access('hsv', address, size, value))),
      ecall: () =>
        at(() => {
          machine.writeRegister(hart, 'x10', 0n);
          machine.writeRegister(hart, 'x11', 0x77n);
        }),
      pause: () => at(() => undefined),
      wfi: refuse,
      mret: refuse,
      sret: left,
      fired: () => undefined,
      note: (note) => void notes.push(note),
    };
  }

  readonly #memory = {
    read: (at: bigint, size: number) => this.machine.read(at, size),
    write: (at: bigint, size: number, value: bigint) => this.machine.write(at, size, value),
  };

  readonly #allocator = {
    take: (size: bigint, alignment: bigint) => {
      const at = ((this.#next + alignment - 1n) / alignment) * alignment;
      this.#next = at + size;
      for (let k = 0n; k < size; k += 8n) this.machine.write(at + k, 8, 0n);
      return at;
    },
  };
}
