/** The rounds of a workload: the lines behind `repeats` run so often, and what they count is taken together. */
import type { Counts } from '../../emulator/index.ts';

/** What all rounds of a workload counted. */
export interface Measurement {
  readonly rounds: number;
  readonly counts: Counts;
}

export class Rounds {
  #begun: { readonly first: number; readonly rounds: number; readonly before: Counts } | null =
    null;
  #left = 0;

  /** The line `repeats` at `index`: the round begins behind it. */
  begin(index: number, rounds: bigint, before: Counts): void {
    this.#left = Number(rounds);
    this.#begun = { first: index + 1, rounds: this.#left, before };
  }

  /** Index of the line that runs behind the one at `index`, of `lines` in all. */
  next(index: number, lines: number): number {
    const next = index + 1;
    if (next < lines || this.#begun === null) return next;
    return --this.#left > 0 ? this.#begun.first : next;
  }

  /** How far the counters have moved since the rounds began; null: there are none. */
  measured(now: () => Counts): Measurement | null {
    if (this.#begun === null) return null;
    const { rounds, before } = this.#begun;
    const after = now();
    const names = Object.keys(before) as (keyof Counts)[];
    const moved = names.map((name) => [name, after[name] - before[name]] as const);
    return { rounds, counts: Object.fromEntries(moved) as Record<keyof Counts, number> };
  }
}
