/** What is the same for many cases is resolved once: a value per combination of the rows it hangs on. */
import type { Axis } from './sections.ts';

/** A table of 100,000 rows must not be held in memory a second time. */
const MOST = 1024;

const NONE: readonly number[] = [];

export class Slots<T> {
  readonly axes: readonly number[];
  readonly #sizes: readonly number[];
  readonly #kept: boolean;
  #values: Map<number, T> | null = null;
  #only: { readonly value: T } | null = null;

  /**
   * `axes`: the numbers of the axes whose rows the value hangs on. A scenario without any axis has one
   * case, which is run and dropped: nothing is kept for it.
   */
  constructor(axes: readonly number[], all: readonly Axis[]) {
    this.axes = axes;
    this.#kept = all.length > 0;
    this.#sizes = axes.length === 0 ? NONE : axes.map((axis) => all[axis].rows.length);
  }

  /** The value for these rows, built when it is not there yet. */
  get(rows: readonly number[], build: () => T): T {
    if (!this.#kept) return build();
    if (this.axes.length === 0) return (this.#only ??= { value: build() }).value;
    const key = this.#key(rows);
    const known = this.#values?.get(key);
    if (known !== undefined) return known;
    const value = build();
    this.#put(key, value);
    return value;
  }

  set(rows: readonly number[], value: T): void {
    if (!this.#kept) return;
    if (this.axes.length === 0) this.#only = { value };
    else this.#put(this.#key(rows), value);
  }

  #put(key: number, value: T): void {
    this.#values ??= new Map();
    if (this.#values.size < MOST) this.#values.set(key, value);
  }

  #key(rows: readonly number[]): number {
    let key = 0;
    for (let i = 0; i < this.axes.length; i++) key = key * this.#sizes[i] + rows[this.axes[i]];
    return key;
  }

  /**
   * Rows to look at when checking: every combination up to `most`, else each row of each axis once.
   * The other axes stand at their first row.
   */
  samples(count: number, most: number): number[][] {
    const zero = new Array<number>(count).fill(0);
    const product = this.#sizes.reduce((a, b) => a * b, 1);
    if (product <= most) {
      return Array.from({ length: product }, (_, k) => {
        const rows = [...zero];
        for (let i = this.axes.length - 1, rest = k; i >= 0; i--) {
          rows[this.axes[i]] = rest % this.#sizes[i];
          rest = Math.floor(rest / this.#sizes[i]);
        }
        return rows;
      });
    }
    const samples = [zero];
    this.axes.forEach((axis, i) => {
      for (let row = 1; row < this.#sizes[i]; row++) {
        const rows = [...zero];
        rows[axis] = row;
        samples.push(rows);
      }
    });
    return samples;
  }
}
