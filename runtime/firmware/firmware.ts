/** The firmware of one case as its lines use it: boot, calls, TVMs and their programs, and who they are. */
import type { PlanActor, PlanLine } from '../../dsl/index.ts';
import type { Driver } from '../execute/driver.ts';
import type { Judge, Unfinished } from '../execute/program-runs.ts';
import type { Actual, CallReturn } from '../judge/actual.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError } from '../session/case-error.ts';
import type { FirmwareHook, World } from '../session/world.ts';
import type { Areas } from './areas.ts';
import { bootFirmware } from './boot.ts';
import { CALL_BUDGET, Calls } from './calls.ts';
import { exitOf } from './exit.ts';
import { GuestPrograms } from './guest-programs.ts';
import { type HostMemory, hostMemory } from './host-memory.ts';
import { type CallAction, type CallSite, marshal, type Marshalled } from './marshal.ts';
import { Nacl } from './nacl.ts';

type RunTvm = { readonly tvm: bigint; readonly vcpu: bigint };

export class Firmware implements FirmwareHook {
  readonly guests: GuestPrograms;
  readonly #world: World;
  readonly #harts: Harts;
  readonly #driver: Driver;
  readonly #areas: Areas;
  readonly #calls: Calls;
  readonly #memory: HostMemory;
  readonly #nacl: Nacl;
  /** Numbers of TVMs by the names of `tvm` lines. */
  readonly #names = new Map<string, bigint>();
  #lastTvm: bigint | null = null;
  #booted = false;

  constructor(world: World, harts: Harts, driver: Driver, areas: Areas, judge: Judge) {
    this.#world = world;
    this.#harts = harts;
    this.#driver = driver;
    this.#areas = areas;
    this.guests = new GuestPrograms(world, driver, judge);
    this.#memory = hostMemory(areas.host, world.platform.harts, world.platform.xlen);
    this.#nacl = new Nacl(world, this.#memory);
    this.#calls = new Calls(world, harts, driver, (hart, call) => this.returned(hart, call));
  }

  /** Boots it unless it runs already. */
  boot(): void {
    if (this.#booted) return;
    this.#booted = true;
    bootFirmware(this.#world, this.#harts, this.#areas);
    if (!this.#nacl.isWanted()) return;
    for (const { id } of this.#harts.all) {
      this.call(this.actor('host', id), 'nacl', 'set_shmem', {
        shmem_phys_lo: this.#memory.nacl(id),
      });
    }
  }

  /** Whether a hart is inside a call of the scenario. */
  inside(hart: number): boolean {
    return this.#calls.has(hart);
  }

  /** A call of a scenario line. */
  perform(actor: PlanActor, action: CallAction): Actual {
    const call = this.#marshal(action, actor.hart);
    this.calls(actor.hart, call);
    return this.#calls.make(actor, call);
  }

  /** A call that the bench's host makes by itself: no line stands for it. */
  call(
    actor: PlanActor,
    space: string,
    name: string,
    args: Readonly<Record<string, bigint>>,
  ): Actual {
    const given = Object.entries(args).map(([key, value]) => ({ name: key, value }));
    return this.perform(actor, { do: 'call', space, name, args: given, to: null });
  }

  /** Goes on with a call that has not returned. */
  resume(actor: PlanActor): Actual {
    return this.#calls.resume(actor);
  }

  /** A domain's supervisor software on a hart. */
  actor(domain: string, hart: number): PlanActor {
    const mode = 'S' as const;
    return { name: domain, domain, mode, as: null, hart, using: null, over: null, with: [] };
  }

  marshal(action: CallAction): Marshalled {
    return this.#marshal(action, null);
  }

  calls(hart: number, call: Marshalled): void {
    const run = runOf(call);
    if (run === null) return;
    this.guests.enter(hart, run.tvm, run.vcpu);
    this.#nacl.answer(hart, `${run.tvm} ${run.vcpu}`);
  }

  returned(hart: number, call: Marshalled): CallReturn {
    const { backEnd, platform } = this.#world;
    const error = BigInt.asIntN(platform.xlen, backEnd.readRegister(hart, 'x10'));
    const value = backEnd.readRegister(hart, 'x11');
    const run = runOf(call);
    if (run !== null) return this.#ran(hart, run, error, value);
    if (error === 0n) this.#note(call, value);
    return { error, value, exit: null };
  }

  settle(hart: number, actual: Actual): Actual {
    const { backEnd } = this.#world;
    if (!this.#booted) return actual;
    const heard = backEnd.away(hart)
      ? this.#driver.run(CALL_BUDGET, () => !backEnd.away(hart))
      : 'done';
    if (heard === 'running') {
      throw new CaseError('the step has not come back: firmware or a guest still runs for it');
    }
    if (heard !== 'done') return heard;
    const home = backEnd.home(hart);
    if (home === null) return actual;
    const value = actual.value === null || home.trap !== null ? null : actual.value;
    return { ...actual, trap: home.trap, value, via: home.via };
  }

  expectHome(hart: number): void {
    if (this.#booted && this.#calls.has(hart)) {
      throw new CaseError(`hart ${hart} is inside a call: only 'continues' can follow there`);
    }
  }

  symbol(path: string, args: readonly bigint[]): bigint | null {
    return this.#names.get(path) ?? this.#nacl.symbol(path, args);
  }

  /** Programs in TVMs that nobody let come to their last line. */
  unfinished(): readonly Unfinished[] {
    return this.guests.unfinished((tvm) => {
      for (const [name, id] of this.#names) if (id === tvm) return name;
      return `TVM ${tvm}`;
    });
  }

  /** A `tvm` line has a number now. */
  name(name: string, tvm: bigint): void {
    this.#names.set(name, tvm);
  }

  #marshal({ space, name, to, args }: CallAction, hart: number | null): Marshalled {
    const { backEnd, setup, domains } = this.#world;
    const given = new Map(args.map((arg) => [arg.name, this.#world.resolve(arg.value)]));
    const site: CallSite = {
      profile: setup.firmware.tsm.profile,
      scratch: hart === null ? null : this.#memory.scratch(hart),
      tvm: this.#lastTvm,
      sdid: (domain) => {
        if (domain !== null) return Number(this.#world.domain(domain).sdid);
        const tsms = [...domains.values()].filter((other) => other.name.startsWith('tsm'));
        return tsms.length === 1 ? Number(tsms[0]?.sdid ?? 1n) : 1;
      },
      write: (at, size, value) => {
        if (hart === null)
          throw new CaseError(`${space}.${name} in a program needs the address of its record`);
        backEnd.write(at, size, value);
      },
    };
    return marshal({ space, name, to }, given, site);
  }

  /** run_tvm_vcpu has returned: a vCPU has come out, or was not entered. */
  #ran(hart: number, { tvm, vcpu }: RunTvm, error: bigint, value: bigint): CallReturn {
    const { backEnd, platform } = this.#world;
    const ended = this.guests.leave(hart);
    if (error !== 0n) return { error, value, exit: null };
    const place = { hart, nacl: this.#memory.nacl(hart), virtual: this.#world.isHostVirtual() };
    const exit = exitOf(backEnd, place, platform.xlen, value);
    if (exit.fatal) this.guests.assert(tvm, vcpu);
    this.#nacl.exited(hart, `${tvm} ${vcpu}`, exit);
    return { error, value, exit: { ...exit, ended } };
  }

  /** What a call that succeeded means for the bench's own books. */
  #note({ name, args }: Marshalled, value: bigint): void {
    const arg = (key: string) => args.get(key) ?? 0n;
    if (name === 'covh.create_tvm' || name === 'covh.promote_to_tvm') this.#lastTvm = value;
    if (name === 'covh.destroy_tvm') this.guests.assert(arg('tvm_guest_id'), null);
    if (name !== 'covh.add_tvm_measured_pages') return;
    this.guests.measure(arg('tvm_guest_id'), {
      gpa: arg('tvm_guest_gpa'),
      source: arg('source_address'),
      size: arg('num_pages') << (12n + 9n * arg('tsm_page_type')),
    });
  }
}

function runOf({ name, args }: Marshalled): RunTvm | null {
  if (name !== 'covh.run_tvm_vcpu') return null;
  return { tvm: args.get('tvm_guest_id') ?? 0n, vcpu: args.get('tvm_vcpu_id') ?? 0n };
}

/** Lines that `buildLine` leaves to firmware. */
export type TvmLine = Extract<PlanLine, { readonly kind: 'tvm' }>;
