/**
 * The run loop of a host: runs a vCPU until it comes out with something that `supplying` does not answer. A fault of
 * confidential memory gets a zero page, one of shared memory a page of the host, and page-table pages where they lack; a
 * range that the TVM shares or unshares is emptied first, by invalidate, fence and remove.
 */
import type { PlanAction, PlanActor } from '../../dsl/index.ts';
import type { Profile } from '../../emulator/index.ts';
import type { Actual, TvmExit } from '../judge/actual.ts';
import { CaseError } from '../session/case-error.ts';
import type { World } from '../session/world.ts';
import type { HostCalls } from './host-calls.ts';
import type { Extent, HostPages } from './host-pages.ts';
import { numbersOf } from './marshal.ts';

export type RunAction = Extract<PlanAction, { readonly do: 'run tvm' }>;

/** Exits that one line may answer. */
const ROUNDS = 10_000;
const PAGE = 4096n;
const GUEST_FAULTS: ReadonlySet<number> = new Set([20, 21, 23]);
const ECALL_FROM_VS = 10;

export interface Loop {
  readonly actor: PlanActor;
  readonly tvm: bigint;
  readonly vcpu: bigint;
  readonly zero: readonly Extent[];
  readonly shared: readonly Extent[];
  readonly tables: readonly Extent[];
}

/** What a `runs .. supplying` line asks for. */
export function loopOf(world: World, actor: PlanActor, action: RunAction, tvm: bigint): Loop {
  const extents = (what: string): readonly Extent[] =>
    action.supplying
      .filter((other) => other.what === what)
      .map(({ from }) => ({ base: world.resolve(from.base), size: world.resolve(from.size) }));
  const unknown = action.supplying.find(({ what }) => !SUPPLIES.has(what));
  if (unknown !== undefined) {
    throw new CaseError(`a host supplies ${[...SUPPLIES].join(' or ')}, not ${unknown.what}`);
  }
  const vcpu = world.resolve(action.vcpu);
  return {
    actor,
    tvm,
    vcpu,
    zero: extents('zero_pages'),
    shared: extents('shared_pages'),
    tables: extents('page_table_pages'),
  };
}

const SUPPLIES: ReadonlySet<string> = new Set(['zero_pages', 'shared_pages', 'page_table_pages']);
/** Levels of the deepest G-stage below its root. */
const TABLES_AT_ONCE = 4;

export class RunLoop {
  readonly #world: World;
  readonly #calls: HostCalls;
  readonly #pages: HostPages;
  /** Enters the vCPU once more. */
  readonly #enter: (loop: Loop) => Actual;

  constructor(world: World, calls: HostCalls, pages: HostPages, enter: (loop: Loop) => Actual) {
    this.#world = world;
    this.#calls = calls;
    this.#pages = pages;
    this.#enter = enter;
  }

  /** From how the vCPU came out last to what the line gives. */
  run(loop: Loop, first: Actual): Actual {
    let actual = first;
    for (let round = 0; round < ROUNDS; round++) {
      const exit = actual.call?.exit;
      if (exit == null || exit.fatal || exit.interrupt) return actual;
      if (!this.#answers(loop, exit)) return actual;
      actual = this.#enter(loop);
    }
    throw new CaseError(`the vCPU came out ${ROUNDS} times, and each time it was answered`);
  }

  #answers(loop: Loop, exit: TvmExit): boolean {
    if (GUEST_FAULTS.has(exit.cause)) {
      if (exit.gpa === null) return false;
      const gpa = exit.gpa - (exit.gpa % PAGE);
      const given = this.#supply(loop, gpa, loop.tables.length > 0);
      if (given !== 'no tables') return given;
      this.#addTables(loop);
      return this.#supply(loop, gpa, false) === true;
    }
    if (loop.shared.length === 0) return false;
    const range = sharedRange(exit, this.#world.setup.firmware.tsm.profile);
    if (range === null) return false;
    this.#empty(loop, range);
    return true;
  }

  /** Puts a page where a vCPU missed one. Whether there was one; `no tables`: there is no room for its entry. */
  #supply(loop: Loop, gpa: bigint, mayLackTables: boolean): boolean | 'no tables' {
    const { actor, tvm } = loop;
    const isShared = this.#pages.isShared(tvm, gpa);
    const page = isShared ? this.#own(loop.shared) : this.#confidential(loop, loop.zero);
    if (page === null) return false;
    const value = this.#calls.covh(
      actor.hart,
      isShared ? 'add_tvm_shared_pages' : 'add_tvm_zero_pages',
      {
        tvm_guest_id: tvm,
        base_page_address: page,
        tsm_page_type: 0n,
        num_pages: 1n,
        tvm_base_page_address: gpa,
      },
      mayLackTables ? 'out_of_ptpages' : undefined,
    );
    return value === null ? 'no tables' : true;
  }

  /** Takes away whatever lies in a range. */
  #empty({ actor, tvm }: Loop, range: Extent): void {
    const mapped = this.#pages.mappedIn(tvm, range);
    const each = (name: string) => {
      for (const gpa of mapped)
        this.#calls.covh(actor.hart, name, { tvm_guest_id: tvm, gpa, len: PAGE });
    };
    if (mapped.length === 0) return;
    each('tvm_invalidate_pages');
    this.#calls.covh(actor.hart, 'tvm_fence', { tvm_guest_id: tvm });
    each('tvm_remove_pages');
  }

  /** Page-table pages for one more path from the root. */
  #addTables(loop: Loop): void {
    for (let k = 0; k < TABLES_AT_ONCE; k++) {
      const page = this.#confidential(loop, loop.tables);
      if (page === null) return;
      this.#calls.covh(loop.actor.hart, 'add_tvm_page_table_pages', {
        tvm_guest_id: loop.tvm,
        base_page_address: page,
        num_pages: 1n,
      });
    }
  }

  /** A converted page, converted now if need be. */
  #confidential({ actor }: Loop, extents: readonly Extent[]): bigint | null {
    for (const extent of extents) {
      const spare = this.#pages.spare(extent);
      if (spare !== null) return spare;
      const own = this.#pages.own(extent, 1);
      if (own === null) continue;
      this.#calls.convert(actor.hart, own, 1);
      return own;
    }
    return null;
  }

  #own(extents: readonly Extent[]): bigint | null {
    for (const extent of extents) {
      const own = this.#pages.own(extent, 1);
      if (own !== null) return own;
    }
    return null;
  }
}

/** A range that a TVM wants to share, or to have for itself again. */
export interface SharedRange extends Extent {
  readonly shares: boolean;
}

/** The range that a TVM came out to share or unshare; null: it came out with something else. */
export function sharedRange(exit: TvmExit, profile: Profile): SharedRange | null {
  if (exit.interrupt || exit.cause !== ECALL_FROM_VS) return null;
  const isCall = (name: string) => {
    const numbers = numbersOf(`covg.${name}`, profile);
    return (
      numbers?.eid === exit.field('a7') && numbers?.fid === ((exit.field('a6') ?? 0n) & 0xffffn)
    );
  };
  const shares = isCall('share_memory_region');
  if (!shares && !isCall('unshare_memory_region')) return null;
  return { base: exit.field('a0') ?? 0n, size: exit.field('a1') ?? 0n, shares };
}
