/**
 * Programs inside TVMs: the lines of a program whose region was given as measured pages are judged while a hart runs
 * the vCPU. A line that exits to the host is not over: it goes on at the next run.
 */
import type { PlanProgramLine } from '../../dsl/index.ts';
import type { Mode, Trap } from '../../emulator/index.ts';
import type { RunLimits, Stop } from '../back-end/execution.ts';
import type { Driver, Heard, Watcher } from '../execute/driver.ts';
import type { PlacedLine, Program } from '../execute/program.ts';
import { isFetch, type Judge, type Unfinished } from '../execute/program-runs.ts';
import type { Actual } from '../judge/actual.ts';
import type { World } from '../session/world.ts';

/** Pages of a TVM that hold the bytes of a region. */
interface Measured {
  readonly gpa: bigint;
  readonly source: bigint;
  /** Bytes. */
  readonly size: bigint;
}

interface Vcpu {
  readonly tvm: bigint;
  readonly id: bigint;
  /** What it runs; null: it has not come to the first line of any program. */
  run: { readonly program: Program; readonly entry: bigint; line: number; arrived: boolean } | null;
  /** vstvec as last seen: a trap that is delivered to the guest arrives there. */
  vector: bigint;
  /** The scenario has said that its program need not come to its end. */
  asserted: boolean;
}

const GUEST_MODES: readonly Mode[] = ['VS', 'VU'];

export class GuestPrograms implements Watcher {
  readonly #world: World;
  readonly #driver: Driver;
  readonly #judge: Judge;
  readonly #measured = new Map<bigint, Measured[]>();
  readonly #vcpus = new Map<string, Vcpu>();
  /** By hart: the vCPU that it was told to run and has not come back from. */
  readonly #active = new Map<number, Vcpu>();

  constructor(world: World, driver: Driver, judge: Judge) {
    this.#world = world;
    this.#driver = driver;
    this.#judge = judge;
    driver.watchers.push(this);
  }

  /** Pages were measured into a TVM. */
  measure(tvm: bigint, pages: Measured): void {
    const list = this.#measured.get(tvm);
    if (list === undefined) this.#measured.set(tvm, [pages]);
    else list.push(pages);
  }

  /** A hart is told to run a vCPU. */
  enter(hart: number, tvm: bigint, id: bigint): void {
    const key = `${tvm} ${id}`;
    let vcpu = this.#vcpus.get(key);
    if (vcpu === undefined) {
      vcpu = { tvm, id, run: null, vector: 0n, asserted: false };
      this.#vcpus.set(key, vcpu);
    }
    vcpu.asserted = false;
    this.#active.set(hart, vcpu);
  }

  /** It came back, or was not entered at all. Whether its program has run off its last line. */
  leave(hart: number): boolean {
    const vcpu = this.#active.get(hart);
    this.#active.delete(hart);
    return vcpu !== undefined && hasEnded(vcpu);
  }

  /** Whether the program that a hart runs has run off its last line. */
  ended(hart: number): boolean {
    const vcpu = this.#active.get(hart);
    return vcpu !== undefined && hasEnded(vcpu);
  }

  /** The scenario has said how the last run of a vCPU came out for good. */
  assert(tvm: bigint, id: bigint | null): void {
    for (const vcpu of this.#vcpus.values()) {
      if (vcpu.tvm === tvm && (id === null || vcpu.id === id)) vcpu.asserted = true;
    }
  }

  /** The scenario has said that a hart is still in its guest. */
  assertOn(hart: number): void {
    const vcpu = this.#active.get(hart);
    if (vcpu !== undefined) vcpu.asserted = true;
  }

  /** Programs that have not come to their last line, and nobody has said why. */
  unfinished(nameOf: (tvm: bigint) => string): readonly Unfinished[] {
    return [...this.#vcpus.values()].flatMap(({ run, asserted, tvm, id }) => {
      if (run === null || asserted || run.line >= run.program.lines.length - 1) return [];
      const line = run.program.lines[run.line];
      if (line === undefined) return [];
      return [{ program: run.program, line, where: `in vCPU ${id} of ${nameOf(tvm)}` }];
    });
  }

  until(): RunLimits['until'] {
    return [...this.#active].flatMap(([hart, vcpu]) => {
      // A hart may stand there already when it is left to run.
      if (vcpu.run === null) this.#begin(hart, vcpu);
      return this.#aims(vcpu).map((pc) => ({ hart, pc, modes: GUEST_MODES }));
    });
  }

  stops(hart: number, { takenIn }: Trap): boolean {
    return takenIn === 'VS' && this.#active.get(hart)?.run != null;
  }

  runs(line: PlanProgramLine): boolean {
    return [...this.#active.values()].some((vcpu) => placedOf(vcpu)?.line === line);
  }

  stopped({ hart, trap, mode }: Stop): Heard | null {
    const vcpu = hart === null ? undefined : this.#active.get(hart);
    // The host may be a program too, which has entered the guest.
    if (hart === null || vcpu === undefined || !GUEST_MODES.includes(mode)) return null;
    const { backEnd } = this.#world;
    vcpu.vector = backEnd.peekCsr(hart, 'vstvec') & ~3n;
    const pc = backEnd.readRegister(hart, 'pc');
    if (vcpu.run === null) return this.#begin(hart, vcpu) ? 'on' : null;
    const placed = placedOf(vcpu);
    if (placed === null) return null;
    if (trap !== null) return this.#over(hart, vcpu, placed, trap);
    // A host in VS-mode that is a program comes back to its own place.
    if (!this.#aims(vcpu).includes(pc)) return null;
    if (pc === vcpu.vector && pc !== aimOf(vcpu, placed)) {
      return this.#over(hart, vcpu, placed, this.#delivered(hart));
    }
    if (!placed.code.jumps) return this.#over(hart, vcpu, placed, null);
    // The line has jumped: the fetch there is to be seen, and may itself exit to the host.
    vcpu.run.arrived = true;
    const stop = this.#driver.step(hart);
    if (stop.why === 'home' || !backEnd.away(hart)) return 'on';
    return this.#over(
      hart,
      vcpu,
      placed,
      stop.trap !== null && isFetch(stop.trap) ? stop.trap : null,
    );
  }

  /** Whether the hart stands where a program of the TVM begins: that is what the vCPU runs. */
  #begin(hart: number, vcpu: Vcpu): boolean {
    const pc = this.#world.backEnd.readRegister(hart, 'pc');
    const program = this.#programs(vcpu.tvm).find(({ entry }) => entry === pc);
    if (program === undefined) return false;
    vcpu.run = { ...program, line: 0, arrived: false };
    return true;
  }

  /** Where a hart in a guest is to stop: the end of its line, its trap vector; before any line, where programs begin. */
  #aims(vcpu: Vcpu): readonly bigint[] {
    if (vcpu.run === null) return this.#programs(vcpu.tvm).map(({ entry }) => entry);
    const placed = placedOf(vcpu);
    return placed === null ? [] : [aimOf(vcpu, placed), vcpu.vector];
  }

  /** Programs in the pages of a TVM, by the guest address of their first byte. */
  #programs(tvm: bigint): readonly { readonly program: Program; readonly entry: bigint }[] {
    const pages = this.#measured.get(tvm) ?? [];
    return this.#world.plan.regions.flatMap(({ program: name, base }) => {
      const program = name === null ? undefined : this.#world.programs.get(name);
      const place = pages.find(({ source, size }) => base >= source && base < source + size);
      return program === undefined || place === undefined
        ? []
        : [{ program, entry: place.gpa + (base - place.source) }];
    });
  }

  #over(hart: number, vcpu: Vcpu, placed: PlacedLine, trap: Trap | null): Heard {
    const { backEnd } = this.#world;
    const { run } = vcpu;
    if (run === null) return 'on';
    const { code } = placed;
    const read = (name: string) => backEnd.readRegister(hart, name);
    const actual: Actual = {
      origin: code.origin,
      mode: 'VS',
      address: code.address,
      size: code.size,
      trap,
      value:
        trap === null && code.result !== null ? BigInt.asUintN(code.bits, read(code.result)) : null,
      leaked: null,
      ...(trap === null && code.call !== null
        ? { call: { error: BigInt.asIntN(64, read('x10')), value: read('x11'), exit: null } }
        : {}),
    };
    run.line++;
    const moves = trap !== null || run.arrived;
    run.arrived = false;
    if (moves) backEnd.writeRegister(hart, 'pc', run.entry + BigInt(placed.end));
    return this.#judge({ placed, actual }) ? 'on' : actual;
  }

  /** A trap that software above the guest has put into its CSRs. */
  #delivered(hart: number): Trap {
    const { backEnd, platform } = this.#world;
    const csr = (name: string) => backEnd.peekCsr(hart, name);
    const cause = csr('vscause');
    const interrupt = cause >> BigInt(platform.xlen - 1) === 1n;
    return {
      cause: Number(cause & 0xffn),
      ...(interrupt ? { interrupt } : {}),
      tval: csr('vstval'),
      gpa: null,
      tinst: 0n,
      gva: false,
      mpv: false,
      epc: csr('vsepc'),
      takenIn: 'VS',
      because: 'trap.delivered',
      rule: null,
    };
  }
}

function hasEnded({ run }: Vcpu): boolean {
  return run !== null && run.line >= run.program.lines.length;
}

function placedOf({ run }: Vcpu): PlacedLine | null {
  return run?.program.lines[run.line] ?? null;
}

function aimOf({ run }: Vcpu, { code, end }: PlacedLine): bigint {
  return code.jumps || run === null ? code.address : run.entry + BigInt(end);
}
