/** The machine and the plain interpreter side by side: one step each, and every way in which they can differ. */
import type { Machine } from '../machine.ts';
import { CSR_NUMBERS } from '../oracle/csr-numbers.ts';
import { encodingOf } from '../oracle/encodings.ts';
import { PhysicalMemory } from '../oracle/physical-memory.ts';
import { PlainHart } from '../oracle/plain-hart.ts';
import type { Event, PlainPlatform } from '../oracle/plain-state.ts';
import type { Mode } from '../oracle/state.ts';
import type { World } from './world.test-support.ts';

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

const X = [...Array(32).keys()].map((n) => `x${n}`);
const F = [...Array(32).keys()].map((n) => `f${n}`);

/** What a world is made of. */
const TABLES = /^(v?satp|hgatp|mmpt|mttp|mseccfg|pmp)/;
const FENCE_I = 0x0000_100f;
/** What caches may have looked at when they were filled. */
const KEPT = /^(v?satp|hgatp|mmpt|mttp|mseccfg|pmp|[mhs]envcfg|[msh]status|vsstatus)/;
/** WFI, WRS.NTO, WRS.STO. */
const WAITS = [0x1050_0073, 0x00d0_0073, 0x01d0_0073];

export class Lockstep {
  readonly #tables = new Map<string, bigint>();
  /** Whether decoded instructions are kept until FENCE.I. */
  readonly #keeps: boolean;
  readonly #cached: ReadonlySet<number>;
  readonly #tableMemory: World['platform']['ram'][number];
  readonly machine: Machine;
  readonly hart: PlainHart;
  /** CSRs of both, by name. */
  readonly names: readonly string[];
  /** Without the many counters and entries of PMP. */
  readonly #few: readonly string[];
  readonly differences: Difference[] = [];

  constructor(machine: Machine, world: World) {
    this.machine = machine;
    const { platform, revision } = world;
    const plain: PlainPlatform = {
      ...platform,
      features: new Set<string>(platform.features),
      revision,
      hartid: 0n,
    };
    this.hart = new PlainHart(plain, new PhysicalMemory((at, size) => machine.read(at, size)));
    this.#cached = new Set([...CSR_NUMBERS].filter(([name]) => KEPT.test(name)).map(([, n]) => n));
    this.#tableMemory = world.platform.ram[0] ?? { base: 0n, size: 0n };
    this.#keeps = platform.caching === 'retain';
    this.names = [...CSR_NUMBERS]
      .filter(([, number]) => this.hart.peek(number) !== null)
      .map(([name]) => name)
      .sort((a, b) => rank(a) - rank(b));
    this.#few = this.names.filter((name) => !/hpm|pmp/.test(name));
  }

  /** Copies the machine's CSRs, and says which do not exist or hold something else then. */
  synchronise(): void {
    for (const name of this.names) {
      const value = this.#peek(name);
      if (value === null || VIEWS.test(name) || name.startsWith('pmp')) continue;
      this.hart.poke(CSR_NUMBERS.get(name) ?? 0, value);
    }
    this.#copyPmp();
    this.hart.poke(0x344, this.#peek('mip') ?? 0n);
    this.hart.lines.time = this.#peek('time') ?? 0n;
    this.compareCsrs('after copying');
    for (const name of this.names.filter((name) => TABLES.test(name))) {
      this.#tables.set(name, this.hart.peek(CSR_NUMBERS.get(name) ?? 0) ?? 0n);
    }
  }

  /** As it stands: what may be written depends on what is locked already. */
  #copyPmp(): void {
    const { c, xlen, platform } = this.hart;
    const bytes = xlen / 8;
    c.pmpcfg = c.pmpcfg.map((_, k) => {
      const register = this.#peek(`pmpcfg${Math.floor(k / bytes) * (xlen / 32)}`) ?? 0n;
      return Number((register >> BigInt(8 * (k % bytes))) & 0xffn);
    });
    c.pmpaddr = [...Array(platform.pmpEntries).keys()].map((k) => this.#peek(`pmpaddr${k}`) ?? 0n);
    this.hart.stale();
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
    const wide = this.hart.has('D');
    this.hart.f[n] = wide ? value : BigInt.asUintN(32, value);
    // The machine's registers have 64 bits: narrower ones are boxed.
    const boxed = wide ? value : value | 0xffff_ffff_0000_0000n;
    this.machine.writeRegister(0, `f${n}`, boxed);
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

  /**
   * Some steps of both, compared in what every step may change. A step of the machine is an instruction; interrupts
   * before and behind it come with it. More than one at a time only while no interrupt is enabled.
   */
  step(where: string, count = 1): readonly Event[] {
    const { hart, machine } = this;
    const before = this.differences.length;
    hart.lines.time = this.#peek('time') ?? 0n;
    while (hart.isInterrupted) hart.step();
    const from = hart.mode;
    const written = new Set<bigint>();
    const events: Event[] = [];
    let [stale, waits, inhibits] = [false, false, false];
    for (let n = 0; n < count; n++) {
      const event = hart.step();
      events.push(event);
      for (const at of hart.memory.written.keys()) written.add(at);
      hart.lines.time++;
      stale = this.#isStale(event);
      waits = this.#waits(event);
      inhibits =
        event.kind === 'retired' && event.effects.csr.some(({ number }) => number === 0x320);
      if (stale || waits || inhibits || hart.c.mie !== 0n) break;
    }
    machine.run({ steps: events.length, until: [], stopAtTrap: () => false });
    hart.lines.time = this.#peek('time') ?? 0n;
    if (hart.isInterrupted && machine.readRegister(0, 'pc') !== hart.pc) hart.step();
    // An instruction that writes mcountinhibit is counted by the bits before it here; the machine counts it nowhere.
    if (inhibits) {
      for (const name of ['mcycle', 'minstret'] as const) {
        const high = hart.xlen === 32 ? machine.peekCsr(0, `${name}h`) << 32n : 0n;
        hart.c[name] = machine.peekCsr(0, name) | high;
      }
    }
    if (stale) this.flush();
    if (waits) machine.start(0, { mode: machine.execution.mode(0), pc: hart.pc });
    const label = `${where}, from ${from}: ${events.map((event) => this.#told(event)).join(', ')}`;
    this.#same(label, 'mode', hart.mode, machine.execution.mode(0));
    this.#compare(label, 'pc', hart.pc, machine.readRegister(0, 'pc'));
    this.#compareRegisters(label);
    for (const at of written) {
      const byte = BigInt(hart.memory.byte(at));
      this.#compare(label, `memory at ${hex(at)}`, byte, machine.read(at, 1));
    }
    const changes = events.some((event) => event.kind === 'trap' || event.effects.csr.length > 0);
    if (changes || this.differences.length > before) this.compareCsrs(label, this.#few);
    return events;
  }

  /** As all fences together: caches and, where they are kept, decoded instructions. */
  flush(): void {
    const { machine } = this;
    machine.flush('all');
    if (!this.#keeps) return;
    const counters = ['mcycle', 'minstret'] as const;
    const before = counters.map((name) => machine.peekCsr(0, name));
    machine.park(0);
    machine.execute(0, { mode: 'M', word: FENCE_I });
    machine.start(0, { mode: this.hart.mode, pc: this.hart.pc });
    // A step of the bench counts like an instruction.
    counters.forEach((name, k) => {
      this.hart.c[name] += machine.peekCsr(0, name) - (before[k] ?? 0n);
    });
  }

  #told(event: Event): string {
    const { word } = event;
    const name = word === null ? 'no word' : (encodingOf(word, this.hart.xlen)?.name ?? 'unknown');
    const trap = event.kind === 'trap' ? ` traps ${event.cause}` : '';
    return `${name} ${(word ?? 0).toString(16)}${trap}`;
  }

  /** Whether a trial has been long enough: handlers trap again and again, and nothing leaves M-mode by itself. */
  isOver(traps: number, steps: number): boolean {
    return traps > 3 || (this.hart.mode === 'M' && steps > 8);
  }

  /** Whether the machine's hart waits now; the plain one never does. */
  #waits(event: Event): boolean {
    return event.kind === 'retired' && WAITS.includes(event.word);
  }

  /** Whether a fence would be due: caches may keep what a write to these registers or to the tables changed. */
  #isStale(event: Event): boolean {
    if (event.kind === 'trap') return this.#keeps && this.hart.memory.written.size > 0;
    if (event.effects.csr.some(({ number }) => this.#cached.has(number))) return true;
    if (this.#keeps) return this.hart.memory.written.size > 0;
    const { base, size } = this.#tableMemory;
    return [...this.hart.memory.written.keys()].some((at) => at >= base && at < base + size);
  }

  /** Puts the tables and PMP of the world back; false when a lock keeps them changed. */
  restored(): boolean {
    this.compareCsrs('at the end of the trial');
    for (const [name, value] of this.#tables) {
      if (this.hart.peek(CSR_NUMBERS.get(name) ?? 0) !== value) this.poke(name, value);
    }
    return [...this.#tables].every(
      ([name, value]) => this.hart.peek(CSR_NUMBERS.get(name) ?? 0) === value,
    );
  }

  #compareRegisters(label: string): void {
    const { hart, machine } = this;
    for (let n = 1; n < 32; n++) {
      const name = X[n] ?? '';
      this.#compare(label, name, hart.x[n] ?? 0n, machine.readRegister(0, name));
    }
    if (!hart.has('F')) return;
    for (let n = 0; n < 32; n++) {
      const name = F[n] ?? '';
      const value = machine.readRegister(0, name);
      const shown = hart.has('D') ? value : BigInt.asUintN(32, value);
      this.#compare(label, name, hart.f[n] ?? 0n, shown);
    }
  }

  compareCsrs(label: string, names = this.names): void {
    this.hart.lines.time = this.#peek('time') ?? 0n;
    for (const name of names) {
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
