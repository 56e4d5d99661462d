/** What exists while a case runs: its machine, its domains and spaces, the values it has captured. */
import type { Plan, PlanActor, Value } from '../../dsl/index.ts';
import type {
  FenceRequest,
  IsolationTable,
  Mode,
  PageTable,
  Platform,
  Result,
  TableAllocator,
} from '../../emulator/index.ts';
import type { BackEnd } from '../back-end/back-end.ts';
import { LargePool, Pool, type Recorded } from '../build/pool.ts';
import type { Areas } from '../firmware/areas.ts';
import type { CallAction, Marshalled } from '../firmware/marshal.ts';
import type { Actual, CallReturn } from '../judge/actual.ts';
import { firmwareAreas } from '../firmware/needs.ts';
import { isDeprivileged, physicalMode } from '../isolation/nominal.ts';
import { CaseError } from './case-error.ts';
import type { Program } from '../execute/program.ts';
import type { Files } from './files.ts';
import type { History } from './history.ts';
import type { Setup } from './platform.ts';
import type { Names, TableMember } from './values.ts';
import { resolve } from './values.ts';

export interface DomainState {
  readonly name: string;
  /** As written; the machine keeps the low bits that it implements. */
  readonly sdid: bigint;
  /** What mmpt (mttp) holds while the domain runs. */
  readonly register: bigint;
  /** Null: the domain runs with Bare. */
  readonly table: IsolationTable | null;
}

export interface SpaceState {
  readonly name: string;
  readonly stage: 's' | 'vs' | 'g';
  readonly domain: DomainState;
  readonly table: PageTable;
  /** ASID or VMID. */
  readonly id: bigint;
  /** What satp, vsatp or hgatp holds while the space is in force. */
  readonly register: bigint;
  /** The pages of its tables. */
  readonly pages: Recorded;
  /** How many of those pages each G-stage below maps already, by name of the space. */
  readonly mapped: Map<string, number>;
}

/** What steps and programs ask of the firmware of a case. */
export interface FirmwareHook {
  /** Arguments of a call as registers. */
  marshal(action: CallAction): Marshalled;
  /** A program is about to make a call on a hart. */
  calls(hart: number, call: Marshalled): void;
  /** It has returned, its result in a0 and a1 of the hart. */
  returned(hart: number, call: Marshalled): CallReturn;
  /** A step as it came home: what firmware absorbed on the way; `running` where it has not come home. */
  settle(hart: number, actual: Actual): Actual;
  /** Whether harts have gone through its boot. */
  readonly isBooted: boolean;
  /** Throws a `CaseError` where a hart is inside a call. */
  expectHome(hart: number): void;
  /** An address or number that only the run knows; null: none of firmware's. */
  symbol(path: string, args: readonly bigint[]): bigint | null;
}

export class World implements Names {
  readonly plan: Plan;
  readonly backEnd: BackEnd;
  readonly setup: Setup;
  readonly platform: Platform;
  readonly files: Files;
  /** Programs that stand above the line that runs. */
  readonly programs = new Map<string, Program>();
  readonly captures = new Map<string, bigint>();
  readonly domains = new Map<string, DomainState>();
  readonly spaces = new Map<string, SpaceState>();
  /** By name of a first-stage space: the G-stages that actors put below it. */
  readonly below: ReadonlyMap<string, ReadonlySet<string>>;
  readonly pool: Pool;
  /** Pool for tables of every size. */
  readonly tables: TableAllocator;
  /** Where firmware lies; null: the case has none. */
  readonly areas: Areas | null;
  /** The firmware of the case; null: none. */
  firmware: FirmwareHook | null = null;
  /** Where cached entries come from, while somebody wants to know. */
  history: History | null = null;
  readonly #regionPools = new Map<string, Pool>();

  constructor(plan: Plan, backEnd: BackEnd, setup: Setup, platform: Platform, files: Files) {
    this.files = files;
    this.plan = plan;
    this.backEnd = backEnd;
    this.setup = setup;
    this.platform = platform;
    this.areas = firmwareAreas(plan, setup);
    const pool = this.areas?.pool ?? plan.pool;
    this.pool = new Pool(backEnd, pool.base, pool.size);
    const bank = platform.ram.find(
      (ram) => ram.base <= plan.pool.base && plan.pool.base < ram.base + ram.size,
    );
    const floor = bank?.base ?? plan.pool.base;
    const used = this.areas === null ? plan.regions : [...plan.regions, ...this.areas.tsms];
    this.tables = new LargePool(backEnd, this.pool, used, floor);
    this.below = stagesBelow(plan);
  }

  resolve(value: Value): bigint {
    return typeof value === 'bigint' ? value : resolve(value, this);
  }

  domain(name: string): DomainState {
    const domain = this.domains.get(name);
    if (domain === undefined) throw new CaseError(`no domain ${name} has been set up yet`);
    return domain;
  }

  space(name: string): SpaceState {
    const space = this.spaces.get(name);
    if (space === undefined) throw new CaseError(`no space ${name} has been set up yet`);
    return space;
  }

  /** The mode in which an actor's software runs; throws a `CaseSkip` where the model has none. */
  mode({ domain, mode }: PlanActor): Mode {
    return physicalMode(this.setup, domain, mode);
  }

  /** The allocator behind `with tables in`; null: the pool. */
  allocator(region: string | null): TableAllocator {
    if (region === null) return this.tables;
    let pool = this.#regionPools.get(region);
    if (pool === undefined) {
      const found = this.plan.regions.find((other) => other.name === region);
      if (found === undefined) throw new CaseError(`no region ${region}`);
      pool = new Pool(this.backEnd, found.base, found.size);
      this.#regionPools.set(region, pool);
    }
    return pool;
  }

  /** Whether the software of the host runs in VS-mode. */
  isHostVirtual(): boolean {
    return isDeprivileged(this.setup, 'host');
  }

  /** A step as it came out, where firmware may have had a part in it. */
  settled(hart: number, actual: Actual): Actual {
    return this.firmware === null ? actual : this.firmware.settle(hart, actual);
  }

  /** Every fence instruction of the case. */
  fence(hart: number, request: FenceRequest): Result {
    const result = this.backEnd.fence(hart, request);
    if (result.trap === null) this.history?.fenced(hart, request);
    return result;
  }

  has(feature: 'H' | 'Smrnmi' | 'Smstateen' | 'Svvptc' | 'Svadu' | 'Svpbmt'): boolean {
    return this.platform.features.has(feature);
  }

  member(
    of: string,
    member: TableMember,
    address: bigint | null,
    level: number | null,
  ): bigint | null {
    const domain = this.domains.get(of);
    if (domain === undefined) {
      const { table } = this.space(of);
      if (member === 'root') return table.root;
      if (address === null) return null;
      return member === 'pte'
        ? table.entryAddress(address, level)
        : table.tablePage(address, level);
    }
    const { table } = domain;
    if (table === null) throw new CaseError(`${of} has no table: its mode is Bare`);
    if (member === 'root') return table.root;
    if (address === null) return null;
    return member === 'mpte' ? table.entryAddress(address, level) : table.tablePage(address, level);
  }

  symbol(path: string, args: readonly bigint[]): bigint | null {
    if (path === 'rdsm.tables') return this.pool.base;
    return this.firmware?.symbol(path, args) ?? null;
  }
}

function stagesBelow(plan: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  let below: Map<string, Set<string>> | null = null;
  for (const line of plan.lines) {
    if (line.kind !== 'step' || !('mode' in line.actor)) continue;
    const { using, over } = line.actor;
    if (using === null || over === null) continue;
    below ??= new Map();
    const stages = below.get(using);
    if (stages === undefined) below.set(using, new Set([over]));
    else stages.add(over);
  }
  return below ?? NONE;
}

const NONE: ReadonlyMap<string, ReadonlySet<string>> = new Map();
