/** Calls that the bench's host makes by itself: for `tvm` lines and its run loop. One that fails ends the case. */
import type { PlanActor } from '../../dsl/index.ts';
import { type ErrorName, ERRORS } from '../../emulator/index.ts';
import { hex } from '../explain/text-width.ts';
import type { Actual } from '../judge/actual.ts';
import { describe } from '../judge/describe.ts';
import { refused } from '../judge/match-call.ts';
import { CaseError } from '../session/case-error.ts';

export type Arguments = Readonly<Record<string, bigint>>;

/** Makes one call as an actor. */
export type MakeCall = (actor: PlanActor, space: string, name: string, args: Arguments) => Actual;

export class HostCalls {
  readonly #make: MakeCall;
  readonly #harts: number;
  readonly #actor: (hart: number) => PlanActor;

  /** `actor`: the host on a hart. */
  constructor(make: MakeCall, harts: number, actor: (hart: number) => PlanActor) {
    this.#make = make;
    this.#harts = harts;
    this.#actor = actor;
  }

  /** A call of COVH from a hart that must succeed, or fail with `allowed`: its value, or null. */
  covh(hart: number, name: string, args: Arguments, allowed?: ErrorName): bigint | null {
    const actual = this.#make(this.#actor(hart), 'covh', name, args);
    if (actual.call?.error === 0n) return actual.call.value;
    if (allowed !== undefined && actual.call?.error === ERRORS[allowed]) return null;
    const list = Object.entries(args).map(([key, value]) => `${key}: ${hex(value)}`);
    const why = actual.call === undefined ? '' : refused(actual.call);
    throw new CaseError(`covh.${name}(${list.join(', ')}) gave ${describe(actual, true)}${why}`);
  }

  /** Converts pages and ends the translations of every hart, so that they may be used. */
  convert(hart: number, base: bigint, pages: number): void {
    this.covh(hart, 'convert_pages', { base_page_address: base, num_pages: BigInt(pages) });
    this.covh(hart, 'global_fence', {});
    for (let other = 0; other < this.#harts; other++) {
      if (other !== hart) this.covh(other, 'local_fence', {});
    }
  }
}
