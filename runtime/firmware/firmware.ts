/** The firmware of one case as its lines use it: boot, calls, TVMs and their programs, and who they are. */
import type { PlanActor, PlanLine } from '../../dsl/index.ts';
import {
  type Profile,
  TSM_INFO,
  TSM_INFO_SALUS,
  measurementRegister,
} from '../../emulator/index.ts';
import type { Driver } from '../execute/driver.ts';
import type { Judge, Unfinished } from '../execute/program-runs.ts';
import type { Actual, CallReturn } from '../judge/actual.ts';
import { describeStanding } from '../judge/describe.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError } from '../session/case-error.ts';
import type { FirmwareHook, World } from '../session/world.ts';
import type { Areas } from './areas.ts';
import { bootFirmware } from './boot.ts';
import { CALL_BUDGET, Calls } from './calls.ts';
import { kindOf } from './domain-kind.ts';
import { exitOf } from './exit.ts';
import { GuestPrograms } from './guest-programs.ts';
import { HostCalls } from './host-calls.ts';
import { type HostMemory, hostMemory } from './host-memory.ts';
import { HostPages } from './host-pages.ts';
import { type CallAction, type CallSite, marshal, type Marshalled } from './marshal.ts';
import { Nacl } from './nacl.ts';
import { type RightsLine, TsmReach } from './reach.ts';
import {
  type Loop,
  loopOf,
  type RunAction,
  RunLoop,
  sharedRange,
  type SharedRange,
} from './run-loop.ts';
import { buildTvm, loadPrograms, type TsmInfo, type TvmLine } from './tvm.ts';

type RunTvm = { readonly tvm: bigint; readonly vcpu: bigint };

export class Firmware implements FirmwareHook {
  readonly guests: GuestPrograms;
  readonly #world: World;
  readonly #harts: Harts;
  readonly #driver: Driver;
  readonly #areas: Areas;
  readonly #profile: Profile;
  readonly #calls: Calls;
  readonly #memory: HostMemory;
  readonly #nacl: Nacl;
  readonly #pages = new HostPages();
  readonly #reach: TsmReach;
  readonly #host: HostCalls;
  readonly #runLoop: RunLoop;
  /** By vCPU: the range that it came out to share or unshare. */
  readonly #asked = new Map<string, SharedRange | null>();
  /** By hart: a run loop whose call has not returned. */
  readonly #loops = new Map<number, Loop>();
  /** Numbers of TVMs by the names of `tvm` lines. */
  readonly #names = new Map<string, bigint>();
  /** What a TVM costs, as the TSM said last. */
  #info: TsmInfo = { statePages: 1, vcpuStatePages: 1 };
  #lastTvm: bigint | null = null;
  #booted = false;

  constructor(world: World, harts: Harts, driver: Driver, areas: Areas, judge: Judge) {
    this.#world = world;
    this.#harts = harts;
    this.#driver = driver;
    this.#areas = areas;
    this.#profile = world.setup.firmware.tsm.profile;
    this.guests = new GuestPrograms(world, driver, judge);
    this.#memory = hostMemory(areas.host, world.platform.harts, world.platform.xlen);
    this.#nacl = new Nacl(world, this.#memory);
    this.#reach = new TsmReach(world, harts);
    this.#calls = new Calls(world, harts, driver, (hart, call) => this.returned(hart, call));
    const call = this.call.bind(this);
    const host = (hart: number) => this.actor('host', hart);
    this.#host = new HostCalls(call, world.platform.harts, host);
    this.#runLoop = new RunLoop(world, this.#host, this.#pages, (loop) => this.#enter(loop));
  }

  get isBooted(): boolean {
    return this.#booted;
  }

  /** Boots it unless it runs already. */
  boot(): void {
    if (this.#booted) return;
    this.#booted = true;
    this.#reach.boot(this.#areas);
    bootFirmware(this.#world, this.#areas);
    if (this.#world.plan.lines.some(buildsTvm)) {
      // What a TVM costs is asked once; a TSM that is not ready says nothing.
      this.call(this.actor('host', 0), 'covh', 'get_tsm_info', {});
    }
    if (!this.#nacl.isWanted()) return;
    for (const { id } of this.#harts.all) {
      this.call(this.actor('host', id), 'nacl', 'set_shmem', {
        shmem_phys_lo: this.#memory.nacl(id),
      });
    }
  }

  /** A line has changed what domains may touch. */
  rightsChanged(line: RightsLine): void {
    const isGone = line.kind === 'revoke' && this.#pages.hasConverted(this.#extent(line));
    if (!isGone) this.#reach.line(line, this.#booted);
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
    const actual = this.#calls.resume(actor);
    const loop = this.#loops.get(actor.hart);
    return loop === undefined ? actual : this.#loop(loop, actual);
  }

  /** The host's run loop. */
  runTvm(actor: PlanActor, action: RunAction): Actual {
    const tvm = this.#names.get(action.tvm) ?? this.#world.captures.get(action.tvm);
    if (tvm === undefined) throw new CaseError(`there is no TVM ${action.tvm} yet`);
    const loop = loopOf(this.#world, actor, action, tvm);
    return this.#loop(loop, this.#enter(loop));
  }

  /** A `tvm` line. */
  build(line: TvmLine): void {
    loadPrograms(this.#world, line);
    const tvm = buildTvm(this.#world, line, this.#host, this.#pages, this.#info);
    this.#names.set(line.name, tvm);
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
    const key = `${run.tvm} ${run.vcpu}`;
    const isGranted = this.#nacl.answer(hart, key);
    const range = this.#asked.get(key) ?? null;
    this.#asked.delete(key);
    if (range === null || !isGranted) return;
    if (range.shares) this.#pages.share(run.tvm, range);
    else this.#pages.unshare(run.tvm, range);
  }

  returned(hart: number, call: Marshalled): CallReturn {
    const { backEnd, platform } = this.#world;
    const error = BigInt.asIntN(platform.xlen, backEnd.readRegister(hart, 'x10'));
    const value = backEnd.readRegister(hart, 'x11');
    const run = runOf(call);
    if (run !== null) return this.#ran(hart, run, error, value);
    if (error === 0n && call.name === 'nacl.set_shmem') this.#nacl.registered(hart, call);
    else if (error === 0n) this.#note(call, value);
    return { error, value, exit: null };
  }

  settle(hart: number, actual: Actual): Actual {
    const { backEnd } = this.#world;
    if (!this.#booted) return actual;
    const heard = backEnd.away(hart)
      ? this.#driver.run(CALL_BUDGET, () => !backEnd.away(hart))
      : 'done';
    if (heard === 'running') {
      const where = describeStanding(this.#driver.standing(hart));
      throw new CaseError(`the step has not come back: firmware or a guest still runs${where}`);
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
    return (
      this.#names.get(path) ??
      this.#base(path) ??
      this.#measurement(path, args) ??
      this.#nacl.symbol(path, args)
    );
  }

  /** Programs in TVMs that nobody let come to their last line. */
  unfinished(): readonly Unfinished[] {
    return this.guests.unfinished((tvm) => {
      for (const [name, id] of this.#names) if (id === tvm) return name;
      return `TVM ${tvm}`;
    });
  }

  #extent({ extent }: RightsLine): { readonly base: bigint; readonly size: bigint } {
    return { base: this.#world.resolve(extent.base), size: this.#world.resolve(extent.size) };
  }

  /** `guest.measurement(n)`: where register n of that TVM lies. */
  #measurement(path: string, [index = 0n]: readonly bigint[]): bigint | null {
    const [owner = '', member] = path.split('.');
    const guest = this.#names.get(owner);
    if (member !== 'measurement' || guest === undefined) return null;
    const { backEnd, setup } = this.#world;
    const read = backEnd.read.bind(backEnd);
    for (const area of this.#areas.tsms) {
      const at = measurementRegister(area, setup.firmware.tsm, read, guest, index);
      if (at !== null) return at;
    }
    throw new CaseError(`${owner} has no measurement register ${index}`);
  }

  /** `rdsm.base`, `tsm.base`: where firmware lies. */
  #base(path: string): bigint | null {
    const [owner = '', member] = path.split('.');
    if (member !== 'base') return null;
    if (owner === 'rdsm') return this.#areas.rdsm.base;
    const tsms = [...this.#world.domains.keys()].filter((name) => kindOf(name) === 'tsm');
    return this.#areas.tsms[tsms.indexOf(owner)]?.base ?? null;
  }

  #enter({ actor, tvm, vcpu }: Loop): Actual {
    return this.call(actor, 'covh', 'run_tvm_vcpu', { tvm_guest_id: tvm, tvm_vcpu_id: vcpu });
  }

  #loop(loop: Loop, first: Actual): Actual {
    this.#loops.delete(loop.actor.hart);
    const actual = this.#runLoop.run(loop, first);
    if (actual.ended === 'running') this.#loops.set(loop.actor.hart, loop);
    return actual;
  }

  /** What get_tsm_info has written. */
  #costs(at: bigint): TsmInfo {
    const struct = this.#profile === 'salus' ? TSM_INFO_SALUS : TSM_INFO;
    const read = (field: 'tvm_state_pages' | 'tvm_vcpu_state_pages'): number =>
      Number(this.#world.backEnd.read(struct.at(at, field), struct.places[field].width));
    return { statePages: read('tvm_state_pages'), vcpuStatePages: read('tvm_vcpu_state_pages') };
  }

  /** A field of the record that a call points to. */
  #field(record: Marshalled['record'], name: string): bigint {
    const struct = record?.parameters.struct;
    const place = struct?.places[name];
    if (record === null || struct === undefined || place === undefined) return 0n;
    return this.#world.backEnd.read(struct.at(record.at, name), place.width);
  }

  #marshal({ space, name, to, args }: CallAction, hart: number | null): Marshalled {
    const { backEnd, domains } = this.#world;
    const given = new Map(args.map((arg) => [arg.name, this.#world.resolve(arg.value)]));
    const site: CallSite = {
      profile: this.#profile,
      scratch: hart === null ? null : this.#memory.scratch(hart),
      tvm: this.#lastTvm,
      sdid: (domain) => {
        if (domain !== null) return Number(this.#world.domain(domain).sdid);
        const tsms = [...domains.values()].filter((other) => kindOf(other.name) === 'tsm');
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
    const place = { hart, nacl: this.#nacl.page(hart), virtual: this.#world.isHostVirtual() };
    const exit = exitOf(backEnd, place, platform.xlen, value);
    if (exit.fatal) this.guests.assert(tvm, vcpu);
    this.#nacl.exited(hart, `${tvm} ${vcpu}`, exit);
    this.#asked.set(`${tvm} ${vcpu}`, sharedRange(exit, this.#profile));
    // Behind its last line a program waits for ever.
    return { error, value, exit: { ...exit, ended: ended && exit.cause === WAIT } };
  }

  /** What a call that succeeded means for the bench's own books. */
  #note({ name, args, record }: Marshalled, value: bigint): void {
    const arg = (key: string) => args.get(key) ?? 0n;
    const tvm = arg('tvm_guest_id');
    const count = arg('num_pages') << (9n * arg('tsm_page_type'));
    const at = arg('base_page_address');
    const gpa = arg('tvm_base_page_address');
    switch (name) {
      case 'covh.create_tvm': {
        this.#lastTvm = value;
        const { statePages } = this.#info;
        this.#pages.give(value, this.#field(record, 'tvm_page_directory_addr'), 4n);
        this.#pages.give(value, this.#field(record, 'tvm_state_addr'), BigInt(statePages));
        break;
      }
      case 'covh.promote_to_tvm':
        this.#lastTvm = value;
        break;
      case 'covh.get_tsm_info':
        this.#info = this.#costs(record?.at ?? 0n);
        break;
      case 'covh.destroy_tvm':
        this.guests.assert(tvm, null);
        this.#pages.destroy(tvm);
        break;
      case 'covh.convert_pages':
        this.#pages.convert(at, count);
        break;
      case 'covh.reclaim_pages':
        this.#pages.reclaim(at, count);
        break;
      case 'covh.add_tvm_page_table_pages':
        this.#pages.give(tvm, at, count);
        break;
      case 'covh.create_tvm_vcpu':
        this.#pages.give(tvm, arg('tvm_state_page_addr'), BigInt(this.#info.vcpuStatePages));
        break;
      case 'covh.add_tvm_zero_pages':
        this.#pages.map(tvm, gpa, at, count, 'confidential');
        break;
      case 'covh.add_tvm_shared_pages':
        this.#pages.map(tvm, gpa, at, count, 'shared');
        break;
      case 'covh.tvm_remove_pages':
        this.#pages.unmap(tvm, { base: arg('gpa'), size: arg('len') });
        break;
      case 'covh.add_tvm_measured_pages': {
        const source = arg('source_address');
        const to = arg('tvm_guest_gpa');
        this.guests.measure(tvm, { gpa: to, source, size: count << 12n });
        this.#pages.map(tvm, to, arg('dest_address'), count, 'confidential');
        break;
      }
    }
  }
}

/** A virtual instruction: WFI of a guest. */
const WAIT = 22;

/** Whether the bench's host keeps books for a line. */
function buildsTvm(line: PlanLine): boolean {
  return line.kind === 'tvm' || (line.kind === 'step' && line.action.do === 'run tvm');
}

function runOf({ name, args }: Marshalled): RunTvm | null {
  if (name !== 'covh.run_tvm_vcpu') return null;
  return { tvm: args.get('tvm_guest_id') ?? 0n, vcpu: args.get('tvm_vcpu_id') ?? 0n };
}
