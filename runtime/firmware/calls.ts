/** Calls of scenario lines: the ECALL as a step of the actor's hart, and how it comes home, at once or later. */
import type { PlanActor } from '../../dsl/index.ts';
import { errorName, type Refusal } from '../../emulator/index.ts';
import type { Driver } from '../execute/driver.ts';
import type { Actual } from '../judge/actual.ts';
import { refusalText } from '../judge/refusal.ts';
import type { Harts } from '../session/actors.ts';
import { CaseError } from '../session/case-error.ts';
import { randomNumbers } from '../session/random.ts';
import type { World } from '../session/world.ts';
import { lacksTsm } from './life-cycle.ts';
import type { Marshalled } from './marshal.ts';

/** Instructions after which a call that has not returned is `running`. */
export const CALL_BUDGET = 100_000;

const ECALL = 0x73;
const A0 = 10;
const ARGUMENTS = 8;
/** A call may change a0 and a1, and nothing else. */
const CALLEE_KEEPS = [...Array(32).keys()].filter((x) => x > 0 && x !== A0 && x !== A0 + 1);

interface Pending {
  readonly actor: PlanActor;
  readonly call: Marshalled;
  /** x registers as the caller left them. */
  readonly registers: readonly bigint[];
}

/** What is to be known when a call has come home. */
export interface CallDone {
  readonly actor: PlanActor;
  readonly call: Marshalled;
}

export class Calls {
  readonly #world: World;
  readonly #harts: Harts;
  readonly #driver: Driver;
  readonly #pending = new Map<number, Pending>();
  readonly #finish: (hart: number, call: Marshalled) => NonNullable<Actual['call']>;

  /** `finish`: reads a0 and a1 of a call that has returned, and takes note of what it did. */
  constructor(
    world: World,
    harts: Harts,
    driver: Driver,
    finish: (hart: number, call: Marshalled) => NonNullable<Actual['call']>,
  ) {
    this.#world = world;
    this.#harts = harts;
    this.#driver = driver;
    this.#finish = finish;
  }

  /** Whether a hart is inside a call of the scenario. */
  has(hart: number): boolean {
    return this.#pending.has(hart);
  }

  make(actor: PlanActor, call: Marshalled): Actual {
    const { backEnd, platform } = this.#world;
    const hart = this.#harts.switchTo(actor);
    // Distinct values, so that a register that firmware forgot to restore is seen.
    const random = randomNumbers(platform.seed ^ ECALL);
    const registers = Array.from({ length: 32 }, (_, x) => {
      if (x === 0) return 0n;
      const given = x >= A0 && x < A0 + ARGUMENTS ? call.registers[x - A0] : undefined;
      const value = given ?? BigInt(Math.floor(random() * 0x7fff_ffff));
      return BigInt.asUintN(platform.xlen, value);
    });
    registers.forEach((value, x) => {
      if (x > 0) backEnd.writeRegister(hart.id, `x${x}`, value);
    });
    const mode = this.#world.mode(actor);
    const { trap } = backEnd.execute(hart.id, { mode, word: ECALL });
    hart.used = true;
    this.#pending.set(hart.id, { actor, call, registers });
    return this.#comeHome(hart.id, trap);
  }

  /** Goes on with a call that has not returned. */
  resume(actor: PlanActor): Actual {
    const pending = this.#pending.get(actor.hart);
    if (pending === undefined) throw new CaseError(`hart ${actor.hart} is in no call`);
    return this.#comeHome(actor.hart, null);
  }

  #comeHome(id: number, first: Actual['trap']): Actual {
    const { backEnd } = this.#world;
    const pending = this.#pending.get(id);
    if (pending === undefined) throw new CaseError(`hart ${id} is in no call`);
    const heard = this.#driver.run(CALL_BUDGET, () => !backEnd.away(id));
    if (heard !== 'done' && heard !== 'running') return heard;
    const base = this.#plain(id, pending.actor);
    if (heard === 'running') {
      return { ...base, ended: 'running', standing: this.#driver.standing(id) };
    }
    this.#pending.delete(id);
    const homecoming = backEnd.home(id);
    const trap = homecoming === null ? first : homecoming.trap;
    const via = homecoming?.via ?? [];
    const hart = this.#harts.hart(id);
    // Trap entries and returns have moved SPP, SPVP and the like.
    hart.flags = '?';
    hart.actor = null;
    if (trap !== null) {
      this.#harts.trapped(hart, trap);
      return { ...base, trap, via };
    }
    const result = this.#finish(id, pending.call);
    const refusedBy = this.#refusedBy(pending.call.name, result.error, homecoming?.refusal ?? null);
    const kept = CALLEE_KEEPS.filter(
      (x) => backEnd.readRegister(id, `x${x}`) !== pending.registers[x],
    );
    return {
      ...base,
      value: result.error === 0n ? result.value : null,
      via,
      call: refusedBy === null ? result : { ...result, refusedBy },
      ...(kept.length === 0 ? {} : { lost: kept.map((x) => `x${x}`) }),
    };
  }

  #refusedBy(call: string, error: bigint, refusal: Refusal | null): string | null {
    if (error === 0n) return null;
    if (refusal?.error === error) return refusalText(call, refusal.check);
    return call.startsWith('covh.') ? lacksTsm(this.#world) : null;
  }

  #plain(id: number, actor: PlanActor): Actual {
    return {
      origin: null,
      mode: this.#world.mode(actor),
      address: 0n,
      size: 0,
      trap: null,
      value: null,
      leaked: null,
      state: this.#harts.hart(id).state,
    };
  }
}

/** `error invalid_param (-3)`. */
export function errorText(error: bigint): string {
  const name = errorName(error);
  return name === null ? `error ${error}` : `error ${name} (${error})`;
}
