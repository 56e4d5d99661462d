/** The machine and the plain interpreter side by side: one step each, and every way in which they can differ. */
import type { Machine } from '../machine.ts';
import { CSR_NUMBERS } from '../oracle/csr-numbers.ts';
import { encodingOf } from '../oracle/encodings.ts';
import { PhysicalMemory } from '../oracle/physical-memory.ts';
import { PlainHart } from '../oracle/plain-hart.ts';
import type { Event, PlainPlatform } from '../oracle/plain-state.ts';
import type { Mode } from '../oracle/state.ts';
import type { World } from './world.test-support.ts';

/** What the machine offers to run one instruction of a hart. */
export interface Stepping {
  readRegister(hart: number, name: string): bigint;
  writeRegister(hart: number, name: string, value: bigint): void;
  start(hart: number, at: { mode: Mode; pc: bigint }): void;
  run(limits: {
    steps: number;
    until: readonly { hart: number; pc: bigint }[];
    stopAtTrap: () => boolean;
  }): { readonly mode: Mode };
}

export interface Difference {
  readonly where: string;
  readonly what: string;
  readonly plain: string;
  readonly machine: string;
}

const hex = (value: bigint | null) => (value === null ? 'none' : `0x${value.toString(16)}`);

/** Registers whose order matters when they are copied come in it; others follow. */
const FIRST = ['menvcfg', 'menvcfgh', 'mideleg', 'hideleg', 'mstateen0', 'mstateen0h'];
const LAST = ['pmpcfg', 'mseccfg', 'mcycle', 'minstret'];
/** Read through another register, or told by the platform. */
const VIEWS =
  /^(sstatus|sie|sip|hie|hip|vsie|vsip|mip|cycle|time|instret|fflags|frm|hpm|misa|m(vendor|arch|imp|hart)id|mconfigptr|hgeip)/;

function rank(name: string): number {
  if (FIRST.includes(name)) return FIRST.indexOf(name);
  const last = LAST.findIndex((prefix) => name.startsWith(prefix));
  return last < 0 ? 50 : 100 + last;
}

/** What the two may disagree on, with the reason: nothing of the architecture. */
const IDENTITY = /^(mvendorid|marchid|mimpid|mconfigptr)$/;

export class Lockstep {
  readonly machine: Machine & Stepping;
  readonly hart: PlainHart;
  /** CSRs of both, by name. */
  readonly names: readonly string[];
  readonly differences: Difference[] = [];

  constructor(machine: Machine & Stepping, world: World) {
    this.machine = machine;
    const { platform, revision } = world;
    const plain: PlainPlatform = {
      ...platform,
      features: new Set<string>(platform.features),
      revision,
      hartid: 0n,
    };
    this.hart = new PlainHart(plain, new PhysicalMemory((at, size) => machine.read(at, size)));
    this.names = [...CSR_NUMBERS]
      .filter(([, number]) => this.hart.peek(number) !== null)
      .map(([name]) => name)
      .sort((a, b) => rank(a) - rank(b));
  }

  /** Copies the machine's CSRs, and says which do not exist or hold something else then. */
  synchronise(): void {
    for (const name of this.names) {
      const value = this.#peek(name);
      if (value === null || VIEWS.test(name)) continue;
      this.hart.poke(CSR_NUMBERS.get(name) ?? 0, value);
    }
    this.hart.poke(0x344, this.#peek('mip') ?? 0n);
    this.hart.lines.time = this.#peek('time') ?? 0n;
    this.compareCsrs('after copying');
  }

  #peek(name: string): bigint | null {
    try {
      return this.machine.peekCsr(0, name);
    } catch {
      return null;
    }
  }

  /** The same value for both, through the register's own rules. */
  poke(name: string, value: bigint): void {
    const number = CSR_NUMBERS.get(name) ?? 0;
    if (this.hart.peek(number) === null) return;
    this.hart.poke(number, value);
    this.machine.pokeCsr(0, name, BigInt.asUintN(this.hart.xlen, value));
  }

  setX(n: number, value: bigint): void {
    const whole = BigInt.asUintN(this.hart.xlen, value);
    if (n > 0) this.hart.x[n] = whole;
    this.machine.writeRegister(0, `x${n}`, whole);
  }

  setF(n: number, value: bigint): void {
    const whole = this.hart.has('D') ? value : BigInt.asUintN(32, value);
    this.hart.f[n] = whole;
    this.machine.writeRegister(0, `f${n}`, whole);
  }

  /** Bytes in the memory of both. */
  write(at: bigint, size: number, value: bigint): void {
    this.machine.write(at, size, value);
    this.hart.memory.write(at, size, value);
  }

  start(mode: Mode, pc: bigint): void {
    this.hart.mode = mode;
    this.hart.pc = pc;
    this.hart.stale();
    this.machine.start(0, { mode, pc });
  }

  /** One step of both, compared in what every step may change. */
  step(where: string): Event {
    const { hart, machine } = this;
    hart.lines.time = this.#peek('time') ?? 0n;
    const before = this.differences.length;
    const from = hart.mode;
    const event = hart.step();
    const stop = machine.run({ steps: 1, until: [], stopAtTrap: () => false });
    const word = event.kind === 'trap' ? event.word : event.word;
    const name = word === null ? 'no word' : (encodingOf(word, hart.xlen)?.name ?? 'unknown');
    const outcome =
      event.kind === 'trap'
        ? `${event.interrupt ? 'interrupt' : 'trap'} ${event.cause}`
        : 'retired';
    const label = `${where}, ${name} ${(word ?? 0).toString(16)} in ${from}: ${outcome}`;
    this.#same(label, 'mode', hart.mode, stop.mode);
    this.#compare(label, 'pc', hart.pc, machine.readRegister(0, 'pc'));
    this.#compareRegisters(label);
    for (const [at, byte] of hart.memory.written) {
      this.#compare(label, `memory at ${hex(at)}`, BigInt(byte), machine.read(at, 1));
    }
    if (event.kind === 'trap' || this.differences.length > before || name.startsWith('csr')) {
      this.compareCsrs(label);
    }
    return event;
  }

  #compareRegisters(label: string): void {
    const { hart, machine } = this;
    for (let n = 1; n < 32; n++) {
      this.#compare(label, `x${n}`, hart.x[n] ?? 0n, machine.readRegister(0, `x${n}`));
    }
    if (!hart.has('F')) return;
    for (let n = 0; n < 32; n++) {
      this.#compare(label, `f${n}`, hart.f[n] ?? 0n, machine.readRegister(0, `f${n}`));
    }
  }

  compareCsrs(label: string): void {
    this.hart.lines.time = this.#peek('time') ?? 0n;
    for (const name of this.names) {
      if (IDENTITY.test(name) || name.startsWith('time')) continue;
      const plain = this.hart.peek(CSR_NUMBERS.get(name) ?? 0);
      this.#compare(label, name, plain, this.#peek(name));
    }
  }

  #compare(label: string, what: string, plain: bigint | null, machine: bigint | null): void {
    if (plain !== machine) this.#same(label, what, hex(plain), hex(machine));
  }

  #same(where: string, what: string, plain: string, machine: string): void {
    if (plain !== machine) this.differences.push({ where, what, plain, machine });
  }
}
