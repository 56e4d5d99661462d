/** One step of an actor: the hart is made ready, the instruction executed, what happened written down. */
import type { PlanAction, PlanActor, PlanLine, PlanOutcome } from '../../dsl/index.ts';
import type { Counts, Mode, OperationName, Result } from '../../emulator/index.ts';
import {
  COUNTERS,
  FENCE_WORDS,
  FENCES,
  KINDS,
  MEMORY_COUNTERS,
  MODELS,
  OPERATIONS,
} from '../../emulator/index.ts';
import type { Actual, Costs } from '../judge/actual.ts';
import type { Harts, HartState } from './actors.ts';
import { protectTables } from '../build/mml.ts';
import { isDeprivileged } from '../isolation/nominal.ts';
import { CaseError, CaseSkip } from './case-error.ts';
import { type Piece, destination } from './destination.ts';
import { MSECCFG_MML } from './registers.ts';
import type { World } from './world.ts';

export type StepLine = Extract<PlanLine, { readonly kind: 'step' }>;
export type AttemptAction = Extract<PlanAction, { readonly do: 'attempt' }>;
type CsrAction = Extract<PlanAction, { readonly do: 'csr read' | 'csr write' }>;
type FenceAction = Extract<PlanAction, { readonly do: 'fence' }>;

const COUNTER_NAMES = Object.keys(COUNTERS) as (keyof typeof COUNTERS)[];

/** CSRs that a trap or the passing of steps changes by itself. */
const MOVING_CSRS = /status|epc|cause|tval|tinst|cycle|instret|time|counter|ip$/;

interface OperationRow {
  readonly name: OperationName;
  /** What a denial is reported as. */
  readonly origin: 'load' | 'store' | 'fetch';
  readonly writes: boolean;
}

const OPERATION_ROWS: ReadonlyMap<string, OperationRow> = new Map(
  (Object.keys(OPERATIONS) as OperationName[]).map((name) => {
    const { effect, kind } = OPERATIONS[name];
    const writes = effect !== 'read' && effect !== 'none';
    return [name, { name, origin: KINDS[kind].origin, writes }];
  }),
);

export class Steps {
  readonly #world: World;
  readonly #harts: Harts;
  /** The counter `stored` as last read, while nothing can have moved it. */
  #stored: number | null = null;

  constructor(world: World, harts: Harts) {
    this.#world = world;
    this.#harts = harts;
  }

  /** One attempt at one address; `suspicious`: it may be denied, so look for what it leaves behind. */
  attempt(actor: PlanActor, action: AttemptAction, address: bigint, suspicious: boolean): Actual {
    const { backEnd } = this.#world;
    const row = OPERATION_ROWS.get(action.operation);
    if (row === undefined) throw new CaseError(`no operation ${action.operation}`);
    const hart = this.#ready(actor);
    const mode = this.#world.mode(actor);
    const { size } = action;
    const value =
      action.value === null
        ? 0n
        : BigInt.asUintN(8 * Math.min(size, 16), this.#world.resolve(action.value));
    const watched =
      suspicious && row.writes ? this.#watch(hart.id, mode, row.name, address, size) : null;
    this.#world.history?.attempts(destination(this.#world, hart.id, mode, row.name, address, size));
    const { trap, value: result } = backEnd.attempt(hart.id, {
      mode,
      operation: row.name,
      address,
      size,
      value,
    });
    hart.used = true;
    if (trap !== null) this.#harts.trapped(hart, trap);
    else if (row.writes) this.#stored = null;
    const leaked = trap === null || watched === null ? null : this.#leaked(watched);
    return this.#world.settled(hart.id, {
      origin: row.origin,
      mode,
      address,
      size,
      trap,
      value: result,
      leaked,
      state: hart.state,
    });
  }

  /** `reads csr` and `writes csr`; a field is read out of the whole, or written into it. */
  csr(actor: PlanActor, action: CsrAction): Actual {
    const { backEnd } = this.#world;
    const hart = this.#ready(actor);
    const mode = this.#world.mode(actor);
    const name = action.csr;
    const own = this.#harts.physical(hart, name);
    if (action.do === 'csr read') {
      const result = backEnd.csr(hart.id, { mode, name, op: 'read', value: 0n });
      return this.#outcome(hart, actor, result, action.field);
    }
    const wanted = this.#world.resolve(action.value);
    const value = action.field === null ? wanted : this.#merged(hart, own, action.field, wanted);
    const before = backEnd.peekCsr(hart.id, own);
    const result = backEnd.csr(hart.id, { mode, name, op: 'write', value });
    if (result.trap !== null) {
      const changed = !MOVING_CSRS.test(name) && backEnd.peekCsr(hart.id, own) !== before;
      return { ...this.#outcome(hart, actor, result, null), leaked: changed ? 1 : 0 };
    }
    this.#world.history?.wrote(hart.id, name);
    this.#harts.csrWritten(hart, name, before);
    if (name === 'mseccfg' && (backEnd.peekCsr(hart.id, name) & MSECCFG_MML) !== 0n) {
      protectTables(this.#world, hart.id);
    }
    return this.#outcome(hart, actor, result, null);
  }

  /** One fence instruction with its raw operands. */
  fence(actor: PlanActor, action: FenceAction): Actual {
    if (!(action.fence in FENCE_WORDS)) throw new CaseSkip(`not modelled yet: ${action.fence}`);
    const fence = FENCE_WORDS[action.fence as keyof typeof FENCE_WORDS];
    const hart = this.#ready(actor);
    const address = action.for === null ? null : this.#world.resolve(action.for);
    const rs2 = action.of === null ? null : this.#world.resolve(action.of);
    // A guest physical address stands shifted right by 2 in its register.
    const rs1 = address !== null && FENCES[fence].rs1 === 'gpa' ? address >> 2n : address;
    const mode = this.#world.mode(actor);
    const result = this.#world.fence(hart.id, { fence, mode, rs1, rs2 });
    // A fence has no result.
    return { ...this.#outcome(hart, actor, result, null), value: null };
  }

  /** What moved between two readings of the counters. */
  costs(actor: PlanActor, before: Counts, after: Counts): Costs {
    const costs: Record<string, number> = {};
    for (const name of COUNTER_NAMES) costs[name] = after[name] - before[name];
    if (isDeprivileged(this.#world.setup, actor.domain)) {
      // Its single stage is the hardware's VS-stage.
      costs['s'] = (costs['s'] ?? 0) + (costs['vs'] ?? 0);
      costs['vs'] = 0;
    }
    let total = 0;
    for (const name of MEMORY_COUNTERS) total += costs[name] ?? 0;
    costs['total'] = total;
    return costs;
  }

  #ready(actor: PlanActor): HartState {
    const { mode } = actor;
    // Supervisor software of a model without H is S-mode software.
    const isPlain =
      mode === 'HS' && MODELS[this.#world.setup.model].without?.includes('H') === true;
    if (['HS', 'VS', 'VU'].includes(mode) && !isPlain && !this.#world.has('H')) {
      throw new CaseSkip('requires H');
    }
    return this.#harts.switchTo(actor);
  }

  #outcome(
    hart: HartState,
    actor: PlanActor,
    { trap, value }: Result,
    field: { readonly high: number; readonly low: number } | null,
  ): Actual {
    if (trap !== null) this.#harts.trapped(hart, trap);
    const part =
      value === null || field === null
        ? value
        : BigInt.asUintN(field.high - field.low + 1, value >> BigInt(field.low));
    const mode = this.#world.mode(actor);
    return this.#world.settled(hart.id, {
      origin: null,
      mode,
      address: 0n,
      size: 0,
      trap,
      value: part,
      leaked: null,
      state: hart.state,
    });
  }

  #merged(
    hart: HartState,
    csr: string,
    field: { readonly high: number; readonly low: number },
    value: bigint,
  ): bigint {
    const width = field.high - field.low + 1;
    if (value >> BigInt(width) !== 0n)
      throw new CaseError(`${value} does not fit in ${width} bits`);
    const mask = ((1n << BigInt(width)) - 1n) << BigInt(field.low);
    const before = this.#world.backEnd.peekCsr(hart.id, csr);
    return (before & ~mask) | (value << BigInt(field.low));
  }

  /** What memory looks like before an access that may be denied: a count, or the bytes themselves. */
  #watch(
    hart: number,
    mode: Mode,
    operation: OperationName,
    address: bigint,
    size: number,
  ): number | readonly Watched[] {
    const { backEnd, firmware } = this.#world;
    // Firmware that handles a trap stores too.
    if (backEnd.capabilities.counts && firmware === null) {
      return (this.#stored ??= backEnd.counts().stored);
    }
    const pieces = destination(this.#world, hart, mode, operation, address, size);
    return pieces.map((piece) => ({ piece, bytes: this.#bytes(piece) }));
  }

  /** The bytes of a denied access up to the last one that was stored. */
  #leaked(before: number | readonly Watched[]): number {
    if (typeof before === 'number') {
      this.#stored = this.#world.backEnd.counts().stored;
      return this.#stored - before;
    }
    const ends = before.map(({ piece, bytes }) => {
      const last = this.#bytes(piece).findLastIndex((byte, k) => byte !== bytes[k]);
      return last < 0 ? 0 : piece.offset + last + 1;
    });
    return Math.max(0, ...ends);
  }

  #bytes({ base, size }: Piece): readonly bigint[] {
    return Array.from({ length: size }, (_, k) => this.#world.backEnd.read(base + BigInt(k), 1));
  }
}

interface Watched {
  readonly piece: Piece;
  readonly bytes: readonly bigint[];
}

/** Whether an outcome leaves room for a denial. */
export function mayBeDenied(outcome: PlanOutcome): boolean {
  return (
    outcome.alternatives.length === 0 ||
    outcome.alternatives.some(
      ({ not, verdict }) => not || !['ok', 'value', 'fields'].includes(verdict.kind),
    )
  );
}
