/**
 * Pages that a mode of one hart has loaded from or stored to, and may again: as long as nothing is written that decides
 * accesses, no fence is executed, and what was looked up is kept, the access path would say the same of them.
 */
import { PLAIN } from '../access/physical.ts';
import type { Executor } from '../hart/executor.ts';

const SLOTS = 64;

export class QuickPages {
  readonly #executor: Executor;
  /** Entries of tables are kept until a fence; else only what no table decides is known. */
  readonly #keepsEntries: boolean;
  /** READ or WRITE. */
  readonly #needs: number;
  readonly #pages = new Float64Array(SLOTS).fill(-1);
  readonly #frames = new Int32Array(SLOTS);
  #version = -1;
  #epoch = -1;
  #fences = -1;
  #mode = '';

  constructor(executor: Executor, needs: number) {
    this.#executor = executor;
    this.#keepsEntries = executor.hart.csrs.platform.caching === 'retain';
    this.#needs = needs;
  }

  /** The frame of a page, if an access there needs no decision; else -1. */
  find(page: number): number {
    const { hart, fences, mode } = this.#executor;
    const { epoch } = hart.port.physical;
    const { version } = hart.csrs;
    if (
      version !== this.#version ||
      epoch !== this.#epoch ||
      fences !== this.#fences ||
      mode !== this.#mode
    ) {
      this.#version = version;
      this.#epoch = epoch;
      this.#fences = fences;
      this.#mode = mode;
      this.#pages.fill(-1);
      return -1;
    }
    const slot = page % SLOTS;
    return this.#pages[slot] === page ? this.#frames[slot] : -1;
  }

  /** Behind an access to the page that was allowed. */
  learn(page: number): void {
    const { port } = this.#executor.hart;
    const { context, physical } = port;
    if (context.bigEndian) return;
    const isFlat = context.first === null && context.second === null && context.domain === null;
    if (!isFlat && !this.#keepsEntries) return;
    const rights = physical.rightsOf(this.#needs, context.mode === 'M');
    const frame = physical.ready(port.page, rights | PLAIN);
    if (frame < 0) return;
    const slot = page % SLOTS;
    this.#pages[slot] = page;
    this.#frames[slot] = frame;
  }
}
