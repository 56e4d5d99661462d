/** What stores to watched pages do to ways, decoded code and reservations, whoever makes them. */
import type { Watcher } from '../memory/memory.ts';
import { WATCH } from '../memory/memory.ts';
import type { CodePages } from './code-pages.ts';
import type { Core } from './core.ts';

export class Watch implements Watcher {
  /** The hart that executes; null: a step of a scenario, or a device. */
  current: Core | null = null;
  readonly #cores: readonly Core[];
  readonly #code: CodePages;
  readonly #keepsCode: boolean;

  constructor(cores: readonly Core[], code: CodePages, keepsCode: boolean) {
    this.#cores = cores;
    this.#code = code;
    this.#keepsCode = keepsCode;
  }

  /** Ways of stores to the page may exist. */
  watched(): void {
    this.#drop();
  }

  stored(frame: number, offset: number, size: number, bits: number): void {
    if ((bits & WATCH.table) !== 0) this.#drop();
    if ((bits & WATCH.code) !== 0) this.#code.stored(frame, offset, size, this.#cores.length);
    if ((bits & WATCH.reserved) === 0) return;
    for (const core of this.#cores) {
      // A hart's own stores leave its reservation.
      if (core === this.current) continue;
      if (core.executor.reservation.stored(frame, offset, size)) core.executor.unreserve();
    }
  }

  filled(): void {
    this.#drop();
    for (const { executor } of this.#cores) {
      executor.unreserve();
      if (!this.#keepsCode) this.#code.forget(executor.hart.id);
    }
  }

  #drop(): void {
    for (const { executor } of this.#cores) executor.hart.ways.drop();
  }
}
