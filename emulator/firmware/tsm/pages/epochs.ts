/** Fence epochs: when nobody can hold a translation that was taken away. */
import type { TableMemory } from '../../../isolate/table-memory.ts';
import { EPOCH } from '../../layouts/epoch.ts';
import { recordAt } from '../../layouts/record.ts';
import type { TsmDecisions } from '../decisions.ts';

/**
 * Who marks a page first makes it unreachable. A fence starts an epoch; it is over when everybody who was inside has
 * left once. All of it lies at `at` (EPOCH).
 */
export class Epoch {
  readonly #e;
  readonly #decisions: TsmDecisions;

  constructor(own: TableMemory, at: bigint, decisions: TsmDecisions) {
    this.#e = recordAt(own, EPOCH, at);
    this.#decisions = decisions;
  }

  /** The first version. */
  begin(): void {
    this.#e.set('current', 1n);
  }

  /** What a page that becomes unreachable now is marked with. */
  get current(): bigint {
    return this.#e.get('current');
  }

  isFenced(marked: bigint): boolean {
    return this.#decisions.isFenced(marked, this.oldestHeld);
  }

  /** The oldest version that somebody may have entered with. */
  get oldestHeld(): bigint {
    return this.#e.get('previous') || this.current;
  }

  get isFencing(): boolean {
    return this.#decisions.isFencing(this.#e.get('previousReferences'));
  }

  /** Starts an epoch; the caller has looked at `isFencing`. */
  fence(): void {
    const references = this.#e.get('currentReferences');
    this.#e.set('previous', references > 0n ? this.current : 0n);
    this.#e.set('previousReferences', references);
    this.#e.set('current', this.current + 1n);
    this.#e.set('currentReferences', 0n);
  }

  /** Somebody enters: the version to leave with, and whether one who last entered with `last` must fence. */
  enter(last: bigint): { readonly version: bigint; readonly mustFence: boolean } {
    const version = this.current;
    this.#e.set('currentReferences', this.#e.get('currentReferences') + 1n);
    return { version, mustFence: this.#decisions.mustFence(last, version) };
  }

  /** Somebody who entered with `version` leaves. */
  leave(version: bigint): void {
    if (version === this.current) {
      this.#e.set('currentReferences', this.#e.get('currentReferences') - 1n);
      return;
    }
    const left = this.#e.get('previousReferences') - 1n;
    this.#e.set('previousReferences', left);
    if (left === 0n) this.#e.set('previous', 0n);
  }
}
