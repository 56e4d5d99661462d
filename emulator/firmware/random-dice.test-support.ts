/** Dice of a random walk, and where in its TVMs they look. */
import { CODE } from './tsm/run/tvm.test-support.ts';
import { PAGE, type TvmView } from './checker.test-support.ts';
import type { WalkHost } from './random-walk.test-support.ts';

/** Guest physical pages that calls are about. */
export const WINDOW = 12n;

export class Dice {
  readonly #rolled: readonly number[];
  #next = 0;

  constructor(rolled: readonly number[]) {
    this.#rolled = rolled;
  }

  below(count: number): number {
    const value = this.#rolled[this.#next++ % this.#rolled.length] ?? 0;
    // Later rolls of a short list are not the same again.
    return (value + this.#next * 7919) % count;
  }

  of<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length || 1)];
  }

  isOne(of: number): boolean {
    return this.below(of) === 0;
  }
}

/** Whether it should fail: more often while it has failed less often than it succeeded. */
export function isWrong({ counts }: Pick<WalkHost, 'counts'>, name: string, dice: Dice): boolean {
  const { ok, failed } = counts.get(name) ?? { ok: 0, failed: 0 };
  return failed <= ok ? dice.isOne(2) : dice.isOne(10);
}

export const gpas = Array.from({ length: Number(WINDOW) }, (_, k) => CODE + BigInt(k) * PAGE);

export const kindAt = ({ regions }: TvmView, gpa: bigint): string =>
  regions.find(({ base, size }) => gpa >= base && gpa < base + size)?.kind ?? 'none';

export const leafAt = ({ leaves }: TvmView, gpa: bigint) =>
  leaves.find((leaf) => gpa >= leaf.gpa && gpa < leaf.gpa + leaf.size);
