/** What exists while a case runs: its machine, its domains and spaces, the values it has captured. */
import type { Plan, Value } from '../../dsl/index.ts';
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
  /** Where cached entries come from, while somebody wants to know. */
  history: History | null = null;
  readonly #regionPools = new Map<string, Pool>();

  constructor(plan: Plan, backEnd: BackEnd, setup: Setup, platform: Platform, files: Files) {
    this.files = files;
    this.plan = plan;
    this.backEnd = backEnd;
    this.setup = setup;
    this.platform = platform;
    this.pool = new Pool(backEnd, plan.pool.base, plan.pool.size);
    const bank = platform.ram.find(
      (ram) => ram.base <= plan.pool.base && plan.pool.base < ram.base + ram.size,
    );
    const floor = bank?.base ?? plan.pool.base;
    this.tables = new LargePool(backEnd, this.pool, plan.regions, floor);
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

  symbol(path: string): bigint | null {
    return path === 'rdsm.tables' ? this.pool.base : null;
  }
}

/** The mode as the machine knows it. */
export function machineMode(mode: 'M' | 'HS' | 'S' | 'U' | 'VS' | 'VU'): Mode {
  return mode === 'HS' ? 'S' : mode;
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
