/** A machine: harts, memory, devices. Its shape is the runtime's `BackEnd`, without knowing it. */
import type { Mode } from './access/context.ts';
import type { Counts } from './access/counts.ts';
import type { OperationName } from './access/kinds.ts';
import { Tally } from './access/tally.ts';
import { TraceLog } from './access/trace-log.ts';
import type { WalkStep } from './access/trace.ts';
import type { Result } from './access/trap.ts';
import type { CachedEntry } from './cache/cached-entry.ts';
import type { CacheKind, FenceRequest } from './cache/fence-request.ts';
import { decisionsWith } from './decisions.ts';
import type { Fault } from './decisions.ts';
import { Board } from './devices/board.ts';
import { cachedEntry, Cell, walkStep } from './edges.ts';
import type { CsrOp } from './hart/csr-file.ts';
import { Execution } from './execution.ts';
import type { FirmwareSpec } from './firmware/spec.ts';
import { Hart } from './hart/hart.ts';
import { HANDLERS } from './firmware/index.ts';
import type { Handlers } from './native/driver.ts';
import type { FirmwareStep } from './native/firmware-log.ts';
import type { Homecoming } from './native/homecoming.ts';
import { attemptStep, csrStep } from './native/steps.ts';
import type { Limits, Stop } from './hart/schedule.ts';
import { Memory } from './memory/memory.ts';
import { Pma } from './memory/pma.ts';
import { CACHING } from './platform.ts';
import type { Platform } from './platform.ts';
import type { KeptVerdict } from './protect/pmp.ts';
import type { RuleId } from './rules/fired.ts';
import { newFired, RULE_IDS } from './rules/fired.ts';

export class Machine {
  readonly name = 'emulator';
  readonly capabilities = {
    reasons: true,
    traces: true,
    counts: true,
    rules: true,
    caching: CACHING,
    faults: true,
    execution: true,
    firmware: true,
  };
  private readonly memory = new Memory();
  private readonly pma = new Pma();
  readonly board = new Board(this.memory, this.pma);
  /** Its harts as they execute instructions. */
  readonly execution = new Execution(this.memory, this.board);
  private readonly tally = new Tally();
  private readonly marks = newFired();
  private readonly log = new TraceLog();
  private readonly cell = new Cell();
  private readonly harts: Hart[] = [];
  private active: readonly Hart[] = [];
  private xlen: 32 | 64 = 64;
  private readonly known: Readonly<Record<string, Fault | undefined>>;
  private readonly handlers: Handlers;

  /** `faults`: those that a platform may name, from faults/index.ts. `handlers`: its firmware, by name. */
  constructor(faults: Readonly<Record<string, Fault>> = {}, handlers: Handlers = HANDLERS) {
    this.known = faults;
    this.handlers = handlers;
  }

  /** Builds the platform afresh; memory, harts and columns are reused. Returns why it cannot, or null. */
  reset(platform: Platform): string | null {
    const faults: Fault[] = [];
    for (const name of platform.faults) {
      const fault = this.known[name];
      if (fault === undefined) return `no fault is called '${name}'`;
      faults.push(fault);
    }
    const decide = decisionsWith(faults);
    this.xlen = platform.xlen;
    this.marks.fill(0);
    this.tally.reset();
    this.log.steps = [];
    this.memory.reset(platform.arena, platform.seed, platform.harts);
    const why = this.board.reset(platform);
    if (why !== null) return why;
    this.pma.reset(platform);
    while (this.harts.length < platform.harts) {
      const id = this.harts.length;
      this.harts.push(new Hart(id, this.memory, this.pma, this.tally, this.marks));
    }
    if (this.active.length !== platform.harts) this.active = this.harts.slice(0, platform.harts);
    for (const hart of this.active) hart.reset(platform, decide, this.marks);
    this.execution.reset(platform, this.active);
    return null;
  }

  /** Little-endian, 1 to 8 bytes; vacant memory reads 0. */
  read(at: bigint, size: number): bigint {
    const { cell, memory } = this;
    cell.value = at;
    const { page, offset } = cell;
    const head = Math.min(size, 4096 - offset);
    const low = this.isVacant(page) ? 0n : this.load(page, offset, head);
    if (head === size) return low;
    if (this.isVacant(page + 1)) return low;
    memory.load(this.frame(page + 1), 0, size - head);
    return low | (cell.join(memory.lo, memory.hi) << BigInt(8 * head));
  }

  /** Little-endian, 1 to 8 bytes; vacant memory ignores it. */
  write(at: bigint, size: number, value: bigint): void {
    const { cell } = this;
    cell.value = at;
    const { page, offset } = cell;
    const head = Math.min(size, 4096 - offset);
    this.store(page, offset, head, value);
    if (head < size) this.store(page + 1, 0, size - head, value >> BigInt(8 * head));
  }

  /** Any number of bytes; vacant memory ignores them. */
  writeBytes(at: bigint, bytes: Uint8Array): void {
    const { cell, memory, pma } = this;
    for (let done = 0; done < bytes.length;) {
      cell.value = at + BigInt(done);
      const { page, offset } = cell;
      const part = bytes.subarray(done, done + 4096 - offset);
      done += part.length;
      if (this.isVacant(page)) continue;
      if (!memory.poison.isEmpty) memory.poison.mark(pma.resolve(page), offset, part.length, 0);
      memory.storeBytes(this.frame(page), offset, part);
    }
  }

  /** Any number of bytes; vacant memory reads 0. */
  readBytes(at: bigint, count: number): Uint8Array {
    const { cell, memory } = this;
    const bytes = new Uint8Array(count);
    for (let done = 0; done < count;) {
      cell.value = at + BigInt(done);
      const { page, offset } = cell;
      const part = bytes.subarray(done, done + 4096 - offset);
      done += part.length;
      if (!this.isVacant(page)) memory.readBytes(this.frame(page), offset, part);
    }
    return bytes;
  }

  /** Fills memory with a repeated unit of XLEN/8 bytes; heals poison. Whole pages cost nothing until touched. */
  fill(base: bigint, size: bigint, unit: bigint): void {
    const width = BigInt(this.xlen / 8);
    const end = base + size;
    let at = base;
    while (at < end && (at & 4095n) !== 0n) at = this.fillUnit(at, end, width, unit);
    const { cell, memory, pma } = this;
    cell.value = unit;
    const { lo, hi } = cell;
    for (let pages = Number((end - at) >> 12n); pages > 0; pages = Number((end - at) >> 12n)) {
      cell.value = at;
      const run = pma.unbroken(cell.page, pages);
      memory.fillPages(pma.resolve(cell.page), run, lo, hi, this.xlen / 32);
      at += BigInt(run) << 12n;
    }
    while (at < end) at = this.fillUnit(at, end, width, unit);
  }

  /** From now on reads of these bytes are uncorrectable, until they are written. */
  poison(base: bigint, size: bigint): void {
    const { poison } = this.memory;
    const end = base + size;
    let at = base;
    while (at < end) {
      this.cell.value = at;
      const { offset } = this.cell;
      const page = this.pma.resolve(this.cell.page);
      const pages = offset === 0 ? Number((end - at) >> 12n) : 0;
      if (pages > 0) {
        const run = this.pma.unbroken(this.cell.page, pages);
        poison.markPages(page, run, 1);
        at += BigInt(run) << 12n;
      } else {
        const part = Math.min(4096 - offset, Number(end - at));
        poison.mark(page, offset, part, 1);
        at += BigInt(part);
      }
    }
    for (const hart of this.active) hart.port.physical.forget();
  }

  peekCsr(hart: number, name: string): bigint {
    return this.hart(hart).csrs.peek(name);
  }

  pokeCsr(hart: number, name: string, value: bigint): void {
    this.hart(hart).csrs.poke(name, value);
  }

  attempt(
    hart: number,
    attempt: {
      readonly mode: Mode;
      readonly operation: OperationName;
      readonly address: bigint;
      readonly size: number;
      readonly value: bigint;
    },
  ): Result {
    const { mode, operation, address, size, value } = attempt;
    const { execution } = this;
    if (execution.hasFirmware) {
      const step = () => attemptStep(operation, address, size, value);
      const passed = execution.passes(hart, mode, step);
      if (passed !== null) return passed;
    }
    return this.hart(hart).attempt(mode, operation, address, size, value);
  }

  csr(
    hart: number,
    request: {
      readonly mode: Mode;
      readonly name: string;
      readonly op: CsrOp;
      readonly value: bigint;
    },
  ): Result {
    const { mode, name, op, value } = request;
    const { execution } = this;
    if (execution.hasFirmware) {
      const passed = execution.passes(hart, mode, () => csrStep(name, op, value));
      if (passed !== null) return passed;
    }
    return this.hart(hart).csr(mode, name, op, value);
  }

  fence(hart: number, request: FenceRequest): Result {
    return this.execution.fence(hart, request);
  }

  readRegister(hart: number, name: string): bigint {
    return this.execution.readRegister(hart, name);
  }

  writeRegister(hart: number, name: string, value: bigint): void {
    this.execution.writeRegister(hart, name, value);
  }

  execute(hart: number, step: { readonly mode: Mode; readonly word: number }): Result {
    return this.execution.execute(hart, step);
  }

  start(hart: number, at: { readonly mode: Mode; readonly pc: bigint }): void {
    this.execution.start(hart, at);
  }

  park(hart: number): void {
    this.execution.park(hart);
  }

  run(limits: Limits): Stop {
    return this.execution.run(limits);
  }

  boot(spec: FirmwareSpec): string | null {
    return this.execution.boot(spec, this.handlers);
  }

  away(hart: number): boolean {
    return this.execution.away(hart);
  }

  home(hart: number): Homecoming | null {
    return this.execution.home(hart);
  }

  takeFirmwareLog(): readonly FirmwareStep[] {
    return this.execution.takeFirmwareLog();
  }

  nmi(hart: number): void {
    this.execution.nmi(hart);
  }

  /** Empties caches of every hart: always legal. */
  flush(what: CacheKind): void {
    for (const hart of this.active) {
      hart.cache.clear(what);
      if (what !== 'mpt') hart.pmp.synchronise();
      hart.port.physical.forget();
    }
  }

  /** What the caches of a hart hold, oldest first. */
  cached(hart: number): readonly CachedEntry[] {
    return this.hart(hart).cache.list().map(cachedEntry);
  }

  /** PMP verdicts below M that a hart keeps with its translations. */
  keptVerdicts(hart: number): readonly KeptVerdict[] {
    return this.hart(hart).pmp.kept();
  }

  trace(on: boolean): void {
    for (const hart of this.active) hart.port.trace = on ? this.log : null;
    this.execution.observe(on);
  }

  takeTrace(): readonly WalkStep[] {
    return this.log.take().map(walkStep);
  }

  counts(): Counts {
    return { ...this.tally };
  }

  fired(): readonly RuleId[] {
    const ids: RuleId[] = [];
    const { marks } = this;
    for (let index = marks.indexOf(1); index >= 0; index = marks.indexOf(1, index + 1)) {
      ids.push(RULE_IDS[index]);
    }
    return ids;
  }

  /** A number that two machines in equal states share; for tests. */
  digest(): number {
    const kept = this.active.map(({ cache }) => cache.count).join();
    const counted = Object.values(this.counts()).join();
    let sum = this.memory.digest();
    const state = this.execution.digest();
    for (const char of `${kept};${counted};${state};${this.marks.join()}`) {
      sum = Math.imul(sum ^ char.charCodeAt(0), 0x01000193);
    }
    return sum;
  }

  private hart(index: number): Hart {
    const hart = this.active[index];
    if (hart === undefined) throw new RangeError(`the machine has no hart ${index}`);
    return hart;
  }

  private isVacant(page: number): boolean {
    return this.pma.kindOf(page) === 'vacant';
  }

  private frame(page: number): number {
    return this.memory.frame(this.pma.resolve(page));
  }

  private load(page: number, offset: number, size: number): bigint {
    this.memory.load(this.frame(page), offset, size);
    return this.cell.join(this.memory.lo, this.memory.hi);
  }

  private store(page: number, offset: number, size: number, value: bigint): void {
    if (this.isVacant(page)) return;
    const { cell, memory } = this;
    cell.value = value;
    if (!memory.poison.isEmpty) memory.poison.mark(this.pma.resolve(page), offset, size, 0);
    memory.store(this.frame(page), offset, size, cell.lo, cell.hi);
  }

  /** One unit, or what of it lies before `end` and within alignment. */
  private fillUnit(at: bigint, end: bigint, width: bigint, unit: bigint): bigint {
    const room = end - at < width ? end - at : width;
    this.write(at, Number(room), unit);
    return at + room;
  }
}
